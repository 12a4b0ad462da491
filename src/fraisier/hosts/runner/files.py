"""Small files, read whole and replaced in one instant, and the end of long outputs, without secrets."""

from __future__ import annotations

import os
import stat

from fraisier.hosts.runner.lean import loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

READ_LIMIT = 4 * 1024 * 1024
TAIL = 64 * 1024  # bytes of output that are kept
HEAD = 16


def read_file(path: str) -> bytes | None:
    """A regular file; None where there is none. Raises `ValueError` for more than 4 MiB or no regular file."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise ValueError(f"{path} is not a regular file")
        content = read_all(fd)
    finally:
        os.close(fd)
    if len(content) > READ_LIMIT:
        raise ValueError(f"{path} is larger than {READ_LIMIT} bytes")
    return content


def read_all(fd: int) -> bytes:
    """All of it up to a little over the limit, in pieces that /proc does not mind."""
    content = b""
    while len(content) <= READ_LIMIT:
        piece = os.read(fd, TAIL)
        if not piece:
            break
        content += piece
    return content


def read_json(path: str) -> dict[str, Any] | None:
    """None where there is no file, or one that a power loss has broken."""
    try:
        value = loads(read_file(path) or b"null")
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def write_file(path: str, content: bytes, *, durable: bool = False) -> None:
    """Replace a file in one instant; `durable` also makes it survive a power loss."""
    with open(os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        if durable:
            os.fsync(file.fileno())
    os.replace(path + ".new", path)
    if durable:
        sync_folder(path)


def sync_folder(path: str) -> None:
    """Make the name of a file survive a power loss."""
    folder = os.open(os.path.dirname(path), os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def write_all(fd: int, data: bytes) -> None:
    """Write to a pipe, however little it takes at a time."""
    left = memoryview(data)
    while left:
        left = left[os.write(fd, left) :]


def reason(error: Exception) -> str:
    """What went wrong, and where."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def hide(text: bytes, secrets: list[bytes]) -> bytes:
    for secret in secrets:
        text = text.replace(secret, b"***")
    return text


def masked_tail(text: bytes, secrets: list[bytes], *, cut: bool) -> bytes:
    """The last 64 KiB without secrets; `cut` says that the beginning of `text` is missing."""
    whole = without_half(text, secrets) if cut else text
    return hide(whole, secrets)[-TAIL:]


def without_half(text: bytes, secrets: list[bytes]) -> bytes:
    """Without the second half of a secret that stands first, because the cut went through it."""
    return text[max((half_of(secret, text) for secret in secrets), default=0) :]


def half_of(secret: bytes, text: bytes) -> int:
    """How much of the secret's end the text begins with; looking for its first bytes saves trying every length."""
    start = secret.find(text[:HEAD], 1)
    while start > 0:
        if text.startswith(secret[start:]):
            return len(secret) - start
        start = secret.find(text[:HEAD], start + 1)
    short = range(min(HEAD, len(secret)) - 1, 0, -1)
    return next((length for length in short if text.startswith(secret[-length:])), 0)


def read_tail(path: str) -> tuple[bytes, bool]:
    """The last 128 KiB of a file, and whether something stood before them."""
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(max(0, size - 2 * TAIL))
            return file.read(2 * TAIL), size > 2 * TAIL
    except FileNotFoundError:
        return b"", False


class Tail:
    """The end of what a pipe brings."""

    def __init__(self, fd: int, secrets: list[bytes]) -> None:
        os.set_blocking(fd, False)
        self.fd, self.secrets = fd, secrets
        self.kept, self.cut = b"", False

    def read(self) -> bool:
        """Take what there is; False when nothing was there, or ever will be."""
        try:
            data = os.read(self.fd, 1024 * 1024)
        except BlockingIOError:
            return False
        self.kept += data
        if len(self.kept) > 4 * TAIL:
            self.kept, self.cut = self.kept[-2 * TAIL :], True
        return bool(data)

    def close(self) -> str:
        while self.read():
            pass
        os.close(self.fd)
        return masked_tail(self.kept, self.secrets, cut=self.cut).decode("utf-8", "replace")


class Stream:
    """What a pipe brings, passed on line by line as it comes."""

    def __init__(self, fd: int, pass_on: Callable[[str], None]) -> None:
        os.set_blocking(fd, False)
        self.fd, self.pass_on, self.begun = fd, pass_on, b""

    def read(self) -> bool:
        """Take what there is; False when nothing was there, or ever will be."""
        try:
            data = os.read(self.fd, 1024 * 1024)
        except BlockingIOError:
            return False
        whole, newline, self.begun = (self.begun + data).rpartition(b"\n")
        if newline:
            self.pass_on(whole.decode("utf-8", "replace"))
        return bool(data)

    def close(self) -> str:
        while self.read():
            pass
        os.close(self.fd)
        if self.begun:
            self.pass_on(self.begun.decode("utf-8", "replace"))
        return ""
