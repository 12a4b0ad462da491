"""What supervisor's files in the private folder are called, and the variables its configuration is given."""

from __future__ import annotations

from typing import Final

# Nothing from the working folder or from PYTHON* variables; unlike `-I` it keeps `pip install --user` working.
PYTHON_FLAGS: Final = ("-E", "-P")
CONF: Final = "supervisord.conf"
LOG: Final = "service.log"
SUPERVISORD_RECORD: Final = "supervisord.json"
SERVICE_RECORD: Final = "service.json"
SOCKET: Final = "FRAISIER_SOCKET"
PYTHON: Final = "FRAISIER_PYTHON"
LAUNCH: Final = "FRAISIER_LAUNCH"
