"""`python -m fraisier`, and the entry point of the installed command."""

import gc

# Nothing that imports make is garbage, and looking through it costs a short command 5 ms: first of all, look less often.
gc.set_threshold(50_000)

from fraisier.cli.main import run  # noqa: E402 - after the line above, or it would come too late

if __name__ == "__main__":
    run()
