"""command: one of the user's own, run on the target where the release is, with what the service sees."""

from __future__ import annotations

import shlex

from fraisier.config.health_check import HealthCheck
from fraisier.health.check_type import CHECK_TYPES, Answer
from fraisier.health.params import Params
from fraisier.health.text import clean
from fraisier.hosts import env_file
from fraisier.model.command import Command
from fraisier.model.host import Site


class CommandCheck:
    """`command`, `expected_exit_code`, `timeout`. It is asked often and may be killed, so it must change nothing."""

    def prepare(self, site: Site, check: HealthCheck) -> None:
        """Whether the program is there is seen when it runs: the release may bring it."""

    async def ask(self, site: Site, check: HealthCheck, judged: Params) -> Answer:
        folder = judged.release_path
        env = await env_file.read(site.host, f"{folder}.env", judged.public) if folder else {}
        what = Command(argv=check.command, env=env, cwd=folder, deadline=check.timeout)
        result = await site.host.look(what)
        if result.timed_out:
            return Answer(good=False, said=f"not done within {check.timeout:g} s")
        good = result.exit_code == check.expected_exit_code
        wrong = "" if good else f" instead of {check.expected_exit_code}"
        output = clean(result.output)
        said = f"exit code {result.exit_code}{wrong}" + (f": {output}" if output else "")
        return Answer(good=good, said=said)

    def port(self, check: HealthCheck) -> int | None:
        del check
        return None

    def shown(self, check: HealthCheck) -> str:
        return f"`{shlex.join(check.command)}`"

    def by_hand(self, check: HealthCheck) -> str:
        return shlex.join(check.command)


CHECK_TYPES.register("command", CommandCheck())
