"""The words by which Git, ssh and tar give away what is wrong, in English (LC_ALL=C)."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_READABLE: Final = "Check the spelling of git_repo, and that this user or key may read the repository."
_REACHABLE: Final = "Check that the server is up and that this machine may reach it, then try again."
_WRITABLE: Final = "Set FRAISIER_WORK_DIR, or app_path, to a folder that this user may write."


class Sign(NamedTuple):
    """`message` and `hint` may name {url}, {host}, {connect} (the ssh command) and {last} (Git's last line)."""

    pattern: re.Pattern[str]
    message: str
    hint: str


def _sign(*patterns: str, message: str, hint: str) -> Sign:
    return Sign(re.compile("|".join(patterns), re.IGNORECASE), message, hint)


# The first that matches counts: what is printed last is often only the consequence of what stands above it.
SIGNS: Final = (
    _sign(
        "No space left on device",
        "Disk quota exceeded",
        r"Wrote only \d+ of \d+ bytes",  # how tar says it
        message="The disk that holds the work folder or the releases is full.",
        hint="Free some space (df -h shows where), then deploy again.",
    ),
    _sign(
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        message="The server of {url} shows another host key than the known one.",
        hint="If you know why it changed: ssh-keygen -R {host} && {connect}",
    ),
    _sign(
        "Host key verification failed",
        r"No \S+ host key is known for",
        message="The host key of {url} is not known here.",
        hint="Compare the fingerprint that this shows, and accept it: {connect}",
    ),
    _sign(
        "Identity file .* not accessible",
        "Load key .*: ",
        "UNPROTECTED PRIVATE KEY FILE",
        message="The private key for {url} cannot be used.",
        hint="FRAISIER_SSH_KEY must name a private key without a passphrase that only this user can read.",
    ),
    _sign(
        r"Permission denied \([^)]*(?:publickey|password|keyboard)",
        "Too many authentication failures",
        message="{url} does not accept the SSH key.",
        hint="Set FRAISIER_SSH_KEY to a private key, without a passphrase, that may read the repository.",
    ),
    _sign(
        "Could not resolve host",
        "Name or service not known",
        "Temporary failure in name resolution",
        message="The host of {url} has no address.",
        hint="Check the spelling of git_repo and this machine's name resolution.",
    ),
    _sign(
        "SSL certificate problem",
        "server certificate verification failed",
        "SSL peer certificate",
        message="The TLS certificate of {url} cannot be verified.",
        hint="Install the authority's certificate on this machine, or name its file in GIT_SSL_CAINFO.",
    ),
    _sign(
        "Authentication failed",
        "could not read (?:Username|Password)",
        "returned error: 40[13]",
        "access denied",
        message="{url} refuses the credentials, or wants some.",
        hint="Write https://user:${{TOKEN}}@host/path.git, or use SSH with FRAISIER_SSH_KEY.",
    ),
    _sign(
        "Repository not found",
        "repository '.*' not found",
        "returned error: 404",
        "project you were looking for",
        "repository '.*' does not exist",
        "does not appear to be a git repository",
        message="There is no repository at {url}, or it may not be read.",
        hint=_READABLE,
    ),
    _sign(
        "Connection (?:to .* )?(?:refused|timed out|reset|closed)",
        "No route to host",
        "Network is unreachable",
        "Failed to connect",
        "Couldn't connect",
        "unable to connect",
        "Operation (?:timed out|too slow)",
        "kex_exchange_identification",
        "banner exchange",
        "RPC failed",
        r"returned error: 5\d\d",
        message="{url} does not answer.",
        hint=_REACHABLE,
    ),
    _sign(
        "dubious ownership",
        message="Git refuses {url} because it belongs to another user.",
        hint="Run Fraisier as the user that owns the repository, or chown it.",
    ),
    _sign(
        "cannot (?:create|mkdir|touch|open) .*: (?:Permission denied|Not a directory|File exists|No such file)",
        "(?:unable to|could not) (?:create|open) .*: (?:Permission denied|Not a directory|No such file)",
        "Read-only file system",
        message="A folder cannot be written: {last}.",
        hint=_WRITABLE,
    ),
    _sign(
        "Permission denied",
        "Could not read from remote repository",
        message="{url} cannot be read by this user.",
        hint=_READABLE,
    ),
)
