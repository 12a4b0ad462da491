"""Machines reached over SSH: ssh_config(5), agents, jump hosts, and host keys that are never trusted unseen.

Whatever runs on the other side is started by one constant line; everything that varies follows on standard input.
"""

from __future__ import annotations

import asyncio
import random
import shlex
from collections.abc import Awaitable, Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fraisier.errors import Unreachable
from fraisier.model.place import Ssh
from fraisier.transport.channel import BOOT_LINE, PYTHON_OPTIONS, Channel
from fraisier.transport.ways import Ways

if TYPE_CHECKING:
    import asyncssh

    Connected = tuple[asyncssh.SSHClientConnection, Callable[[], Awaitable[None]]]

LINE: Final = shlex.join(["python3", *PYTHON_OPTIONS, "-c", BOOT_LINE])
CONNECTS_WITHIN: Final = 15.0  # seconds from the first byte to the login
TRIES: Final = 6
LONGEST_PAUSE: Final = 2.0
ALIVE_EVERY: Final = 5.0  # seconds; three unanswered questions end a connection
CONFIGS: Final = ("~/.ssh/config", "/etc/ssh/ssh_config")


class SshOpener:
    """Opens channels to one machine, each over a connection of its own. Implements `transport.channel.Opener`."""

    def __init__(self, way: Ssh, ways: Ways) -> None:
        self._way, self._ways = way, ways

    @property
    def name(self) -> str:
        return self._way.host

    async def open(self) -> Channel:
        """Connect, log in and start the line. Raises `Unreachable`, or its `Refused` where asking again is in vain."""
        await asyncio.to_thread(load)  # others go on meanwhile
        import asyncssh  # noqa: PLC0415 - a sixth of a second, for those who deploy over SSH

        from fraisier.transport.ssh_channel import SshChannel  # noqa: PLC0415
        from fraisier.transport.ssh_trouble import explain  # noqa: PLC0415

        connection, left = await _reach(self._way, self._ways)
        channel = SshChannel(connection, left)
        try:
            await connection.create_session(
                lambda: channel, LINE, encoding=None, request_pty=False, send_env=(), env={}
            )
        except (OSError, asyncssh.Error) as error:
            await channel.close()
            raise explain(self._way, None, error) from error
        except BaseException:
            await channel.close()
            raise
        return channel


def load() -> None:
    """Import what connects, before a clock starts that is meant for the host."""
    import asyncssh  # noqa: PLC0415, F401


async def _reach(way: Ssh, ways: Ways) -> Connected:
    """A connection, and what is to be called when it is closed. What is dropped before the login is tried again."""
    import asyncssh  # noqa: PLC0415

    from fraisier.transport.ssh_trouble import explain  # noqa: PLC0415

    options = await asyncio.to_thread(_options, way)
    for attempt in range(TRIES):
        try:
            return await _connect(way, ways, options)
        except Unreachable:
            raise
        except (asyncssh.ConnectionLost, ConnectionResetError, BrokenPipeError) as error:
            if attempt == TRIES - 1:
                raise explain(way, options, error) from error
        except (OSError, asyncssh.Error, TimeoutError) as error:
            raise explain(way, options, error) from error
        await asyncio.sleep(random.uniform(0.1, 1.0) * min(0.2 * 2**attempt, LONGEST_PAUSE))  # noqa: S311
    raise AssertionError


async def _connect(way: Ssh, ways: Ways, options: asyncssh.SSHClientConnectionOptions) -> Connected:
    import asyncssh  # noqa: PLC0415

    from fraisier.transport.ssh_trouble import known_hosts  # noqa: PLC0415

    jump, tunnel = _jump(options), None
    if jump:
        tunnel = await ways.over(jump, lambda: _only(_reach(_jump_way(jump), ways)))
    try:
        async with ways.start((options.host, options.port)), asyncio.timeout(CONNECTS_WITHIN):
            connection = await asyncssh.connect(
                way.host,
                options.port,
                options=options,
                known_hosts=_known(tuple(map(_version, _files(known_hosts(options))))),
                encryption_algs=_ciphers(options),
                tunnel=tunnel,
                config=None,
            )
    except BaseException:
        if jump:
            await ways.leave(jump)
        raise
    return connection, (lambda: ways.leave(jump)) if jump else _nothing


def _options(way: Ssh) -> asyncssh.SSHClientConnectionOptions:
    """What ssh_config and fraises.yaml say together. Raises `Refused` for what cannot be used."""
    import asyncssh  # noqa: PLC0415

    from fraisier.transport.ssh_trouble import unusable_key, unusable_settings  # noqa: PLC0415

    key = Path(way.key).expanduser() if way.key else None
    if key and (refused := unusable_key(way.host, key)):
        raise refused
    given: dict[str, Any] = {
        "port": way.port,
        "username": way.user,
        "client_keys": [str(key)] if key else None,
    }
    try:
        return asyncssh.SSHClientConnectionOptions(
            host=way.host,
            config=_files(CONFIGS),
            connect_timeout=CONNECTS_WITHIN,
            login_timeout=CONNECTS_WITHIN,
            keepalive_interval=ALIVE_EVERY,
            agent_forwarding=False,
            x11_forwarding=False,
            password_auth=False,
            kbdint_auth=False,
            gss_auth=False,
            gss_kex=False,
            **{name: value for name, value in given.items() if value is not None},
        )
    except (ValueError, OSError) as error:
        raise unusable_settings(way.host, error) from error


def _ciphers(options: asyncssh.SSHClientConnectionOptions) -> list[str]:
    """AES-GCM first, unless ssh_config has an order: a packet takes an eighth of the time that ChaCha20 takes here."""
    names = [name.decode() for name in options.encryption_algs]
    return names if options.config.get("Ciphers") else sorted(names, key=lambda name: "-gcm@" not in name)


def _jump(options: asyncssh.SSHClientConnectionOptions) -> str:
    return options.tunnel if isinstance(options.tunnel, str) and options.tunnel != "none" else ""


def _jump_way(jump: str) -> Ssh:
    """`[user@]host[:port]` as in ProxyJump; the last one of several, which ssh_config leads to."""
    user, _, where = jump.rpartition(",")[2].rpartition("@")
    host, _, port = where.rpartition(":") if where.rpartition(":")[2].isdigit() else (where, "", "")
    return Ssh(host=host, user=user or None, port=int(port) if port else None)


@lru_cache(maxsize=8)
def _known(files: tuple[tuple[str, int, int], ...]) -> asyncssh.SSHKnownHosts:
    """The keys in these files, read once for all hosts: with many it takes longer than to connect."""
    import asyncssh  # noqa: PLC0415

    return asyncssh.read_known_hosts([path for path, *_ in files])


def _version(path: str) -> tuple[str, int, int]:
    """A file as long as nobody changes it."""
    now = Path(path).stat()
    return path, now.st_mtime_ns, now.st_size


def _files(paths: list[str] | tuple[str, ...]) -> list[str]:
    found = (Path(path).expanduser() for path in paths)
    return [str(path) for path in found if path.is_file()]


async def _only(connected: Awaitable[Connected]) -> asyncssh.SSHClientConnection:
    return (await connected)[0]


async def _nothing() -> None:
    """Nobody else stands on that connection."""
