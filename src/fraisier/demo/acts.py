"""The play: four acts, each by the real command, each checked before the next one begins."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fraisier.demo import push
from fraisier.demo.commands import Commands, Say
from fraisier.demo.shop import Shop
from fraisier.demo.visitors import Visitors, answered
from fraisier.demo.workshop import ENVIRONMENT, FRAISE, Workshop
from fraisier.errors import FraiseQLError

ACCEPTED: Final = 202


class ActFailed(FraiseQLError):
    """One act of the demo did not end as it should."""

    code = "demo_failed"


@dataclass(frozen=True, kw_only=True)
class Play:
    """Everything on the stage."""

    workshop: Workshop
    shop: Shop
    fraisier: Commands
    visitors: Visitors
    say: Say

    def first_version(self) -> None:
        """v1 by hand, to a place where nothing runs yet."""
        self._must(self.fraisier.type("deploy", FRAISE, ENVIRONMENT) == 0, "the deployment did not succeed")
        self._must_answer("v1")
        self.visitors.start()

    def pushed_version(self) -> None:
        """v2 by a push: the forge tells the server, and the server deploys."""
        ended = self._push("v2", "Greet more people", ('VERSION = "v1"', 'VERSION = "v2"'))
        self._must(ended == "success", f"the deployment ended as {ended}")
        self._must_answer("v2")

    def broken_version(self) -> None:
        """v3 starts, but cannot count its strawberries: its health check fails, and v2 comes back by itself."""
        ended = self._push(
            "v3",
            "Count the strawberries in words",
            ('VERSION = "v2"', 'VERSION = "v3"'),
            ("STRAWBERRIES = 12", 'STRAWBERRIES = "twelve"'),
        )
        self._must(ended == "rolled_back", f"the deployment ended as {ended}")
        self._must_answer("v2")

    def rollback(self) -> None:
        """Back to v1 by hand."""
        code = self.fraisier.type("rollback", FRAISE, ENVIRONMENT, "--to", "v1")
        self._must(code == 0, "the rollback did not succeed")
        self._must_answer("v1")

    def records(self) -> None:
        """What Fraisier remembers of all this."""
        for number, words in enumerate((("list",), ("status", FRAISE, ENVIRONMENT), ("history",))):
            if number:
                self.say("")
            self._must(self.fraisier.type(*words) == 0, f"fraisier {words[0]} failed")

    def _push(self, version: str, subject: str, *edits: tuple[str, str]) -> str:
        before = self.shop.tip()
        after = self.shop.change(version, subject, *edits)
        self.say(f"$ git push origin main    # {after[:7]} {subject}")
        status, body = push.deliver(self.workshop, before=before, after=after, subject=subject)
        self._must(status == ACCEPTED, f"the webhook was answered with {status}: {body}")
        event = json.loads(body)["event"]
        self.say(f"The forge sends its signed webhook: POST {self.workshop.server}/webhook → 202, {event}\n")
        row = self.fraisier.ended(after)
        self.fraisier.type("logs", str(row["identifier"]))
        return str(row["status"])

    def _must_answer(self, version: str) -> None:
        seen = answered(self.workshop.service_port)
        self._must(seen == version, f"{self.workshop.service} answered {seen} instead of {version}")
        self.say(f"\n{self.workshop.service} answers as {version}.")

    def _must(self, held: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as a sentence
        if not held:
            raise ActFailed(f"{otherwise[0].upper()}{otherwise[1:]}.")


Act = tuple[str, Callable[[Play], None]]
ACTS: tuple[Act, ...] = (
    ("The first version, deployed by command", Play.first_version),
    ("The second version, deployed by a push", Play.pushed_version),
    ("A broken version, and the way back by itself", Play.broken_version),
    ("Back to the first version, by command", Play.rollback),
    ("What is remembered", Play.records),
)
