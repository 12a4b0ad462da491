"""The text of a unit for supervisor: the whole configuration of the lane's own supervisord. Pure.

supervisord works in the private folder, so all paths are relative; what depends on the host or on where
Fraisier is installed arrives in its environment. So these bytes stay right when either of them changes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Final

from fraisier.hosts import layout
from fraisier.hosts.service_ref import ServiceRef
from fraisier.hosts.supervisor_names import LAUNCH, LOG, PYTHON, SERVICE_RECORD, SOCKET

# startsecs=1: a service that dies within it is started again with growing pauses and given up after startretries;
# with 0 it would be restarted without pause for ever. Starting never waits for that second.
_TEMPLATE: Final = """\
; Written by Fraisier with each release; changes made here are lost at the next deployment.
[supervisord]
nodaemon=true
silent=true
logfile=supervisord.log
logfile_maxbytes=1MB
logfile_backups=1
pidfile=supervisord.pid

[unix_http_server]
file=%(ENV_{socket})s
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[program:{name}]
command="%(ENV_{python})s" -I -S "%(ENV_{launch})s" '{spec}'
autostart=false
autorestart=unexpected
exitcodes=0
startsecs=1
startretries=5
stopsignal=TERM
stopwaitsecs={stop_timeout}
stopasgroup=true
killasgroup=true
redirect_stderr=true
stdout_logfile={log}
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=3
"""


def render(ref: ServiceRef, *, release_path: str, env_path: str, argv: Sequence[str]) -> str:
    """The configuration that runs one release from its physical path, with its own env file."""
    spec = {
        "argv": list(argv),
        "cwd": release_path,
        "env_file": env_path,
        "record": f"{layout.private_folder(ref.app_path)}/{SERVICE_RECORD}",
        **({"user": ref.user} if ref.user else {}),
    }
    return _TEMPLATE.format(
        socket=SOCKET,
        python=PYTHON,
        launch=LAUNCH,
        name=ref.name,
        spec=inert_json(spec),
        stop_timeout=max(1, math.ceil(ref.stop_timeout)),
        log=LOG,
    )


def inert_json(value: object) -> str:
    r"""JSON in which no character means anything to supervisor: not `%`, quotes, comments, or a newline.

    All of them can only occur inside JSON strings, where `\uXXXX` says the same.
    """
    text = json.dumps(value)
    for char in "%';#":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text
