"""What systemd is asked to do, in which order. What it makes of it is seen in tests/acceptance/systemd."""

from __future__ import annotations

import pytest

from fraisier.errors import CommandFailed, StepFailed
from fraisier.hosts.service_manager import ServiceRef, service_manager
from fraisier.hosts.systemd import parse_show
from fraisier.hosts.systemd_scope import by_root, scope_of
from fraisier.model.command import CommandResult

systemd = service_manager("systemd")
REF = ServiceRef(manager="systemd", name="fraisier-0badcafe-shop", app_path="/srv/shop")
OWN = ServiceRef(manager="systemd", name="api.service", app_path="/srv/shop", own_unit=True)
UNIT = "/etc/systemd/system/fraisier-0badcafe-shop.service"
WHO = "id -u"


class Recording:
    """A host that answers what it is told to and keeps the words of every effect."""

    name = "web1"

    def __init__(self, *, uid=0, files=None, answers=None):
        self.uid, self.files, self.answers = uid, files or {}, answers or {}
        self.effects = []

    async def run(self, what):
        self.effects.append(" ".join(word for word in what.argv if "\n" not in word))
        return self._answer(what)

    async def look(self, what):
        return (
            CommandResult(exit_code=0, output=f"{self.uid}\n/home/u\n")
            if WHO in str(what)
            else self._answer(what)
        )

    async def read_text(self, path):
        return self.files.get(path)

    async def listeners(self, port):
        return []

    async def process_tree(self, pid):
        return [pid, pid + 1]

    def _answer(self, what):
        for part, answer in self.answers.items():
            if part in str(what):
                return answer
        return CommandResult(exit_code=0)


async def test_installing_copies_the_unit_and_enables_it():
    host = Recording()
    await systemd.install(host, REF, "/srv/shop/releases/1-a.unit")
    assert host.effects == [
        "mkdir -p -- /etc/systemd/system",
        f"sh -c sh /srv/shop/releases/1-a.unit {UNIT} 0644",
        "systemctl --system --no-ask-password daemon-reload",
        "systemctl --system --no-ask-password enable -- fraisier-0badcafe-shop.service",
    ]


async def test_everybody_but_root_uses_their_own_systemd():
    host = Recording(uid=1000)
    await systemd.start(host, REF)
    assert host.effects[-1] == "systemctl --user --no-ask-password start -- fraisier-0badcafe-shop.service"
    scope = scope_of(1000, "/home/u")
    assert scope.unit_file(REF) == "/home/u/.config/systemd/user/fraisier-0badcafe-shop.service"
    assert scope.systemctl("start").env == {"XDG_RUNTIME_DIR": "/run/user/1000"}


async def test_a_unit_that_died_too_often_is_forgiven_before_it_starts():
    host = Recording()
    await systemd.start(host, OWN)
    assert [line.split()[3] for line in host.effects] == ["reset-failed", "start"]


async def test_a_start_that_fails_shows_what_the_service_wrote():
    answers = {
        " start ": CommandResult(exit_code=1, output="Job failed."),
        "journalctl": CommandResult(exit_code=0, output="ImportError: no shop\n"),
    }
    with pytest.raises(StepFailed) as failure:
        await systemd.start(Recording(answers=answers), REF)
    assert "did not start on web1" in failure.value.message
    assert "Job failed." in failure.value.message
    assert "ImportError: no shop" in failure.value.message


@pytest.mark.parametrize("ref", [REF, OWN])
async def test_what_was_never_installed_is_stopped_and_needs_no_removal(ref):
    absent = CommandResult(exit_code=5, output="Failed to stop it: Unit not loaded.")
    host = Recording(answers={" stop ": absent})
    await systemd.stop(host, ref)
    await systemd.remove(host, ref)
    assert [line.split()[3] for line in host.effects] == ["stop"]


async def test_a_service_of_a_user_without_lingering_is_not_installed():
    host = Recording(uid=1000, answers={"loginctl": CommandResult(exit_code=0, output="no\n")})
    with pytest.raises(StepFailed, match="logs out") as failure:
        await systemd.install(host, REF, "/srv/shop/releases/1-a.unit")
    assert "loginctl enable-linger" in failure.value.hint
    assert host.effects == []


async def test_an_own_unit_that_is_absent_is_named():
    absent = CommandResult(exit_code=5, output="Failed to start api.service: Unit api.service not found.")
    with pytest.raises(CommandFailed, match=r"Starting api\.service failed on web1") as failure:
        await systemd.start(Recording(answers={" start ": absent}), OWN)
    assert "systemctl --system cat api.service" in failure.value.hint


async def test_removal_leaves_nothing_of_the_unit():
    host = Recording(files={UNIT: "[Unit]"})
    await systemd.remove(host, REF)
    assert host.effects == [
        "systemctl --system --no-ask-password disable -- fraisier-0badcafe-shop.service",
        f"rm -rf -- {UNIT}",
        "systemctl --system --no-ask-password daemon-reload",
        "systemctl --system --no-ask-password reset-failed -- fraisier-0badcafe-shop.service",
    ]


async def test_processes_are_the_main_one_first_and_all_of_the_control_group():
    shown = CommandResult(exit_code=0, output="MainPID=40\nControlGroup=/system.slice/x.service\n")
    files = {"/sys/fs/cgroup/system.slice/x.service/cgroup.procs": "7\n41\n40\n"}
    assert await systemd.processes(Recording(files=files, answers={" show ": shown}), REF) == [40, 41, 7]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("MainPID=0\nControlGroup=\n", (0, "")),
        ("", (0, "")),
        ("ControlGroup=/a=b\nMainPID=12\n", (12, "/a=b")),
    ],
)
def test_what_show_says(text, shown):
    assert parse_show(text) == shown


async def test_a_restart_is_a_stop_and_a_start():
    class Stopping(Recording):
        async def look(self, what):
            running = not self.effects or " start " in self.effects[-1]
            shown = f"MainPID={40 if running else 0}\nControlGroup=\n"
            return (
                CommandResult(exit_code=0, output=shown)
                if " show " in str(what)
                else await super().look(what)
            )

    host = Stopping()
    await systemd.restart(host, OWN)
    assert [line.split()[3] for line in host.effects] == ["stop", "reset-failed", "start"]


def test_whoever_becomes_root_may_do_exactly_what_a_deployment_does():
    ref = ServiceRef(manager="systemd", name="fraisier-0badcafe-shop", app_path="/srv/shop", become=True)
    unit = "fraisier-0badcafe-shop.service"
    assert [" ".join(words) for words in by_root(ref)] == [
        f"/usr/bin/install -D -m 644 /dev/stdin /etc/systemd/system/{unit}",
        f"/usr/bin/rm -f -- /etc/systemd/system/{unit}",
        "/usr/bin/systemctl --system --no-ask-password daemon-reload",
        *(
            f"/usr/bin/systemctl --system --no-ask-password {verb} -- {unit}"
            for verb in ("start", "stop", "reset-failed", "enable", "disable")
        ),
    ]


def test_looking_needs_nobody_else():
    scope = scope_of(1000, "/home/u", login="u", become=True)
    assert scope.systemctl("show", "--", "x.service").argv[0] == "systemctl"
    assert scope.systemctl("stop", "--", "x.service").argv[:3] == ("sudo", "-n", "--")
