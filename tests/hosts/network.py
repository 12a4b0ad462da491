"""One bridge for each fleet, 10.77.SLOT.1/24, and one network namespace for each host."""

from __future__ import annotations

from pathlib import Path

from tests.hosts import shell

NAMESPACES = Path("/run/netns")


def bridge(slot: int) -> str:
    return f"fr{slot}-br"


def namespace(slot: int, number: int) -> str:
    return f"fr{slot}-h{number}"


def link(slot: int, number: int) -> str:
    """This machine's end of the host's cable."""
    return f"fr{slot}-v{number}"


def address(slot: int, number: int) -> str:
    return f"10.77.{slot}.{10 + number}"


def open_bridge(slot: int) -> None:
    shell.run("ip", "link", "add", bridge(slot), "type", "bridge")
    shell.run("ip", "address", "add", f"10.77.{slot}.1/24", "dev", bridge(slot))
    shell.run("ip", "link", "set", bridge(slot), "up")


def connect(slot: int, number: int) -> None:
    inside, cable = namespace(slot, number), link(slot, number)
    shell.run("ip", "netns", "add", inside)
    shell.run("ip", "link", "add", cable, "type", "veth", "peer", "name", "host0", "netns", inside)
    shell.run("ip", "link", "set", cable, "master", bridge(slot), "up")
    shell.run("ip", "-n", inside, "address", "add", f"{address(slot, number)}/24", "dev", "host0")
    for device in ("lo", "host0"):
        shell.run("ip", "-n", inside, "link", "set", device, "up")


def disconnect(slot: int, number: int) -> None:
    """The cable before the namespace: the other way round it may stay."""
    shell.try_to("ip", "link", "delete", link(slot, number))
    shell.try_to("ip", "netns", "delete", namespace(slot, number))


def close_bridge(slot: int) -> None:
    shell.try_to("ip", "link", "delete", bridge(slot))
    leave()


def leave() -> None:
    """The last one takes along what ip-netns(8) mounts for all of them."""
    if NAMESPACES.is_mount() and not any(NAMESPACES.iterdir()):
        shell.try_to("umount", NAMESPACES)
