"""What makes a name, path, address or branch a good one. Each says what is wrong, or None."""

from __future__ import annotations

from typing import Final

FORBIDDEN_IN_BRANCH: Final = frozenset(" ~^:?*[\\\x7f") | {chr(code) for code in range(32)}

PLACEHOLDERS: Final = ("deployment_id", "fraise", "environment", "version")
USER_LENGTH: Final = 32


def name(text: str) -> str | None:
    """A fraise or an environment: it is typed as an argument and shown as fraise/environment."""
    if not text or text.startswith("-") or "/" in text or text.strip() != text or not text.isprintable():
        return (
            f"the name {text!r} is empty, begins with a dash, or holds a slash or characters one cannot see"
        )
    return None


def variable(text: str) -> str | None:
    """The name of an environment variable, as POSIX has it."""
    if not (text.isascii() and text.isidentifier()):
        return f"{text!r} is not a name for an environment variable: letters, digits and _, no digit first"
    return None


def absolute_path(text: str) -> str | None:
    if not text.startswith("/"):
        return f"must be an absolute path, not {text!r}"
    return "must not be the root folder" if not text.strip("/.") else _printable(text)


def branch(text: str) -> str | None:
    """The rules of git-check-ref-format(1) for a branch."""
    parts = text.split("/")
    broken = (
        FORBIDDEN_IN_BRANCH.intersection(text)
        or any(not part or part.startswith(".") or part.endswith(".lock") for part in parts)
        or ".." in text
        or "@{" in text
        or text.endswith(".")
        or text.startswith("-")
        or text == "@"
    )
    return f"{text!r} is not a name that Git allows for a branch" if broken else None


def web_address(text: str) -> str | None:
    if not text.lower().startswith(("http://", "https://")) or " " in text or not text.partition("://")[2]:
        return f"must be an address that begins with http:// or https://, not {text!r}"
    return _printable(text)


def logs_address(text: str) -> str | None:
    """An address with placeholders for what an event is about."""
    rest = text
    for placeholder in PLACEHOLDERS:
        rest = rest.replace(f"{{{placeholder}}}", "")
    if "{" in rest or "}" in rest:
        known = ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)
        return f"has a placeholder that is none of {known}"
    return web_address(text)


def web_address_or_path(text: str) -> str | None:
    """A path is relative to the service's own address."""
    return _printable(text) if text.startswith("/") and " " not in text else web_address(text)


def host_name(text: str) -> str | None:
    """`api.example.com`, with a port or as an http(s) address if wanted."""
    if "://" in text:
        return web_address(text)
    if not text or any(c in " /?#@" for c in text):
        return f"must be a host name such as api.example.com, not {text!r}"
    return _printable(text)


def ssh_host(text: str) -> str | None:
    """A name of DNS, an address, or an alias of ssh_config(5). It is shown, and stands in the journal."""
    if (
        text.isprintable()
        and not text.startswith("-")
        and not any(c in " /@\\\"'#,*?!()[]" for c in text)
        and text
    ):
        return None
    return f"{text!r} is not a name that ssh could connect to; the user belongs into ssh_user, the port into ssh_port"


def login(text: str) -> str | None:
    """Who logs in on another machine; whom it knows is its own affair."""
    if text and text.isprintable() and not text.startswith("-") and not any(c in " /@:\\\"'" for c in text):
        return None
    return f"{text!r} is not a name that one could log in with"


def private_key(text: str) -> str | None:
    if not text.startswith(("/", "~/")):
        return f"must be an absolute path or begin with ~/, not {text!r}"
    return _printable(text)


def inner_path(text: str) -> str | None:
    """A file of the repository."""
    if not text or text.startswith(("/", "-")) or ".." in text.split("/"):
        return f"must be the path of a file in the repository, not {text!r}"
    return _printable(text)


def compose_service(text: str) -> str | None:
    """What the Compose specification allows for the name of a service."""
    allowed = text.isascii() and text.replace("-", "").replace("_", "").replace(".", "").isalnum()
    if not allowed or not text[0].isalnum():
        return f"{text!r} is not a name for a service of Compose: letters, digits, and . _ - after the first"
    return None


def docker_image(text: str) -> str | None:
    """`registry.example.com/shop:1.2`, with a tag or a digest if wanted."""
    if not text or text.startswith("-") or not text.isascii() or any(c.isspace() for c in text):
        return f"must be the name of an image such as registry.example.com/shop:1.2, not {text!r}"
    return _printable(text)


def repository(text: str) -> str | None:
    """Any address that Git takes, except paths that depend on where Fraisier was started."""
    scheme, separator, _ = text.partition("://")
    if separator and scheme and "/" not in scheme:
        return _printable(text)
    if text.startswith("/"):
        return _printable(text)
    host, colon, path = text.partition(":")
    if colon and host and path and "/" not in host and not host.startswith("-") and not path.startswith(":"):
        return _printable(text)
    return f"must be an address that Git takes or an absolute path, not {text!r}"


def unit(text: str) -> str | None:
    """A systemd service unit, with or without its suffix; see systemd.unit(5)."""
    stem = text.removesuffix(".service")
    if (
        not stem
        or stem.startswith("-")
        or not all(c.isascii() and (c.isalnum() or c in ":-_.@\\") for c in stem)
    ):
        return f"{text!r} is not a name for a systemd service"
    return None


def destination(text: str) -> str | None:
    """Where rsync copies to: an absolute path, or one of another host."""
    host, colon, path = text.rpartition(":")
    if text.startswith("-") or not (path.startswith("/") and bool(host) == bool(colon)) or "/" in host:
        return f"must be a path, or user@host:/path, not {text!r}"
    return _printable(text)


def timer(text: str) -> str | None:
    """A systemd timer, with or without its suffix."""
    return f"{text!r} is not a name for a systemd timer" if unit(text.removesuffix(".timer")) else None


def user(text: str) -> str | None:
    """A user of this machine; the rules of useradd(8)."""
    first, rest = text[:1], text[1:].removesuffix("$")
    allowed = (first.islower() or first == "_") and all(c.islower() or c.isdigit() or c in "_-" for c in rest)
    if not (text.isascii() and allowed and len(text) <= USER_LENGTH):
        return f"{text!r} is not a name for a user: small letters, digits, _ and -, at most {USER_LENGTH}"
    return "must not be root: a service does not need it" if text == "root" else None


def host(text: str) -> str | None:
    """A host name or an IP address, without scheme, user or port."""
    if not text or any(c in " /?#@\\" for c in text) or text.startswith("-"):
        return f"must be a host name or an IP address, not {text!r}"
    return _printable(text)


def network(text: str) -> str | None:
    """An address, or a network in CIDR notation; see RFC 4632."""
    import ipaddress  # noqa: PLC0415 - 6 ms that few files need

    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        return f"is not a network: {error}"
    return None


def database_address(text: str) -> str | None:
    scheme, separator, rest = text.partition("://")
    if not (scheme.replace("+", "").isalnum() and separator and rest):
        return "must be an address such as postgresql://user@host/name or sqlite:///path"
    return _printable(text)


def header_name(text: str) -> str | None:
    """A field name of HTTP; see RFC 9110, section 5.1."""
    if not text or not all(c.isascii() and (c.isalnum() or c in "!#$%&'*+-.^_`|~") for c in text):
        return f"{text!r} is not the name of a header"
    return None


def file_path(text: str) -> str | None:
    """A file; relative ones lie beside fraises.yaml."""
    return "is empty" if not text or text.endswith("/") else _printable(text)


def _printable(text: str) -> str | None:
    return None if text.isprintable() else "holds characters one cannot see"
