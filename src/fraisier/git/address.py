"""Where a repository is: what `git_repo` may say, and what of it may be shown. See git-clone(1), GIT URLS."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

import msgspec

from fraisier.errors import ConfigurationError
from fraisier.model.secret import MASK, Secret

_URL: Final = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)
_USERINFO: Final = re.compile(r"(?:\$\{[^}]*\}|[^/@$]|\$(?!\{))*@")
_SCP: Final = re.compile(r"(?:(?P<user>[^@/:\s]+)@)?(?P<host>\[[0-9A-Fa-f:]+\]|[^:/@\s]+):(?P<path>.+)")
_HELPER: Final = re.compile(r"[A-Za-z0-9]+::")
_WEB: Final = frozenset({"http", "https"})
_SSH: Final = frozenset({"ssh", "git+ssh", "ssh+git"})
_SCHEMES: Final = _WEB | _SSH | {"git", "file"}
_WEB_CREDENTIALS: Final = re.compile(r"(https?://)[^/@\s]+@", re.IGNORECASE)
_PASSWORD: Final = re.compile(r"([a-z+]+://[^:/@\s]*):[^/@\s]+@", re.IGNORECASE)


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """A repository as Git is told about it. `url` holds no password; what it held is in `user` and `password`.

    `server` is `user@host` as ssh takes it, `port` its port; both are empty unless ssh carries the connection.
    """

    url: str
    user: str = ""
    password: str = ""
    server: str = ""
    port: str = ""

    @property
    def is_local(self) -> bool:
        return self.url.startswith(("/", "file:"))


def parse(git_repo: str | Secret) -> Address:
    """Read what `git_repo` says, references already resolved.

    Raises `ConfigurationError` for what is no repository, and for what Git would take as an option, as a
    program to run, or as a path relative to wherever it happens to be started.
    """
    text = git_repo.reveal() if isinstance(git_repo, Secret) else git_repo
    if problem := _problem(text):
        raise ConfigurationError(
            f"git_repo {mask(text)!r} {problem}.",
            hint="Write https://host/path.git, git@host:path.git or the absolute path of a repository.",
        )
    url = _URL.match(text)
    if url is None:
        return Address(url=text) if text.startswith("/") else _scp(text)
    return _from_url(url["scheme"].lower(), url["rest"])


def public(git_repo: str) -> str:
    """The address without its credentials, whether references in it are resolved or not."""
    if not (url := _URL.match(git_repo)):
        return git_repo
    scheme, rest = url["scheme"].lower(), url["rest"]
    while userinfo := _USERINFO.match(rest):
        kept = userinfo[0].partition(":")[0].rstrip("@") if scheme in _SSH else ""
        rest = rest[userinfo.end() :]
        if kept and "$" not in kept:
            return f"{scheme}://{kept}@{rest}"
    return f"{scheme}://{rest}"


def mask(text: str) -> str:
    """Any text with the credentials inside its URLs hidden."""
    return _PASSWORD.sub(rf"\1:{MASK}@", _WEB_CREDENTIALS.sub(rf"\1{MASK}@", text))


def _problem(text: str) -> str:
    url = _URL.match(text)
    foreign = bool(_HELPER.match(text)) or bool(url and url["scheme"].lower() not in _SCHEMES)
    somewhere = bool(url) or text.startswith("/") or bool(_SCP.fullmatch(text))
    problems = (
        (not text.strip(), "is empty"),
        (not text.isprintable(), "holds a control character"),
        ("${" in text, "still holds a reference that was not resolved"),
        (text.startswith("-"), "begins with a dash"),
        (foreign, "names a way of transport that is not allowed"),
        (not somewhere, "is neither a URL nor an absolute path"),
    )
    return next((problem for holds, problem in problems if holds), "")


def _from_url(scheme: str, rest: str) -> Address:
    if scheme == "file":
        return Address(url=f"file://{rest}")
    authority, slash, path = rest.partition("/")
    userinfo, _, host = authority.rpartition("@")
    user, _, password = userinfo.partition(":")
    _refuse_option(scheme, user, host)
    if scheme in _WEB:
        return Address(url=f"{scheme}://{host}{slash}{path}", user=unquote(user), password=unquote(password))
    server = f"{user}@{host}" if user else host
    if scheme not in _SSH:
        return Address(url=f"{scheme}://{server}{slash}{path}")
    name, port = _split_port(server)
    return Address(url=f"ssh://{server}{slash}{path}", server=name, port=port)


def _scp(text: str) -> Address:
    found = _SCP.fullmatch(text)
    user, host = (found["user"] or "", found["host"]) if found else ("", "")
    _refuse_option("ssh", user, host)
    return Address(url=text, server=f"{user}@{host}" if user else host)


def _refuse_option(scheme: str, user: str, host: str) -> None:
    if not host or host.startswith("-") or user.startswith("-"):
        raise ConfigurationError(
            f"git_repo names no host that {scheme} could connect to: {host!r}.",
            hint="Write https://host/path.git or git@host:path.git.",
        )


def _split_port(server: str) -> tuple[str, str]:
    name, _, port = server.rpartition(":")
    return (name, port) if name and port.isdigit() else (server, "")
