"""`python tied.py PARENT PROGRAM ARGUMENTS…` becomes the program, and dies with its parent. See prctl(2).

The kernel sends SIGTERM when the thread that started it ends: start it from the main thread.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(sys.argv[1]):  # it died before we could ask
        sys.exit(1)
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - no shell is what we want
