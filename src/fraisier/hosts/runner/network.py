"""Asking an address of the network what it says to this machine. Each question has a process of its own: it ends
in time, whatever it waits for, even a name that nobody resolves.
"""

from __future__ import annotations

from fraisier.hosts.runner.lean import signal, socket
from fraisier.hosts.runner.supervision import die_with

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# The first that fits.
TROUBLE: tuple[tuple[type[Exception], str], ...] = (
    (ConnectionRefusedError, "refused"),
    (ConnectionError, "broken"),
    (socket.gaierror, "no name"),
    (ValueError, "no address"),
    (OSError, "other"),
)


def prepare(request: dict[str, Any]) -> None:
    """Load what the question needs, once for all processes that will be forked for one like it."""
    if request["do"] == "get":
        import fraisier.hosts.runner.web  # noqa: F401, PLC0415 - `connect` does without all that it brings along


def ask(request: dict[str, Any], parent: int) -> dict[str, Any]:
    """The whole life of a question's process. An alarm that nobody handles ends it: silence means too late."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # whoever started us may ignore it
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
    signal.setitimer(signal.ITIMER_REAL, request["within"])
    die_with(parent, signal.SIGKILL)
    return connect(request) if request["do"] == "connect" else get(request)


def connect(request: dict[str, Any]) -> dict[str, Any]:
    """Whether somebody accepts a connection. Nothing is sent."""
    try:
        greet(request["host"], request["port"])
    except (OSError, ValueError) as error:
        return trouble(error)
    return {}


def greet(host: str, port: int) -> None:
    """Connect to one of the addresses of a name. Raises what the last of them says."""
    addresses = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
    for left, (family, kind, protocol, _, address) in enumerate(addresses, 1 - len(addresses)):
        one = socket.socket(family, kind, protocol)
        try:
            one.connect(address)
            break
        except OSError:
            if not left:
                raise
        finally:
            one.close()


def get(request: dict[str, Any]) -> dict[str, Any]:
    """What a web server answers."""
    from fraisier.hosts.runner.web import TROUBLE as MORE  # noqa: PLC0415 - see `prepare`
    from fraisier.hosts.runner.web import answer, detail  # noqa: PLC0415

    try:
        return answer(request)
    except tuple(kind for kind, _ in (*MORE, *TROUBLE)) as error:
        return trouble(error, MORE, detail(error))


def trouble(
    error: Exception, more: tuple[tuple[type[Exception], str], ...] = (), said: str | None = None
) -> dict[str, Any]:
    """Which trouble it was, and why in the words of the system; never the address, which may hold a secret."""
    word = next(word for kind, word in (*more, *TROUBLE) if isinstance(error, kind))
    system = error.strerror if isinstance(error, OSError) else None
    return {"trouble": word, "detail": said or system or type(error).__name__}
