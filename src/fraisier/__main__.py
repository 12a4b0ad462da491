"""`python -m fraisier`, and the entry point of the installed command."""

import gc

# Nothing that imports make is garbage, and looking through it costs a short command 5 to 15 ms: first of all, look
# less often. An observer, which stays, looks more often again.
gc.set_threshold(150_000)

from fraisier.cli.main import run  # noqa: E402 - after the line above, or it would come too late

__all__ = ["run"]

if __name__ == "__main__":
    run()
