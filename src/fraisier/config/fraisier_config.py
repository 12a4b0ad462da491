"""`FraisierConfig`: the way to everything that fraises.yaml says."""

from __future__ import annotations

import os
from typing import Any

import msgspec

from fraisier.config import search
from fraisier.config.branch_mapping import BranchTarget
from fraisier.config.environment import Environment, Fraise
from fraisier.config.git import Git
from fraisier.config.monitoring import Monitoring
from fraisier.config.nats import Nats
from fraisier.config.nearest import did_you_mean
from fraisier.config.problem import Variable
from fraisier.config.reader import read
from fraisier.config.server import Server
from fraisier.config.state import State
from fraisier.config.webhooks import Receiver
from fraisier.errors import UnknownName


class FraisierConfig:
    """Finds, reads and validates fraises.yaml.

    Without `path` the places of the documents are searched: FRAISIER_CONFIG, /opt/fraisier, ./ and ./config.
    Raises `ConfigurationError`; its `errors` name everything that is wrong with file, line and column.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        explicit = None if path is None else os.fspath(path)
        self.path, self.warnings = search.find(explicit)
        self._read = read(search.read_text(self.path), self.path)
        self._fraises = {name: self._at_home(fraise) for name, fraise in self._read.fraises.items()}

    @property
    def fraises(self) -> dict[str, Fraise]:
        return self._fraises

    @property
    def git(self) -> Git:
        return self._read.git

    @property
    def branch_mapping(self) -> dict[str, BranchTarget]:
        return self._read.branch_mapping

    @property
    def nats(self) -> Nats:
        return self._read.nats

    @property
    def monitoring(self) -> Monitoring:
        return self._read.monitoring

    @property
    def receivers(self) -> tuple[Receiver, ...]:
        """Who is told what happens."""
        return self._read.receivers

    @property
    def logs_url(self) -> str | None:
        """Where people find more about a deployment; with placeholders."""
        return self._read.logs_url

    @property
    def state(self) -> State:
        """Where Fraisier's own database is, as far as the file says so."""
        return self._read.state

    @property
    def server(self) -> Server:
        """The server that receives pushes."""
        return self._read.server

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables that the file refers to without a default, in its order and with their places."""
        return self._read.variables

    def get_fraise(self, name: str) -> Fraise:
        """Raises `UnknownName` with the nearest names."""
        if name not in self.fraises:
            raise _unknown(f"There is no fraise called {name!r}.", name, self.fraises)
        return self.fraises[name]

    def get_fraise_environment(self, fraise: str, environment: str) -> Environment:
        """Raises `UnknownName` with the nearest names."""
        found = self.get_fraise(fraise)
        if found.services:
            raise UnknownName(
                f"{fraise!r} is a service group, and this is done to one of its members.",
                hint=f"known: {', '.join(found.services)}",
            )
        environments = found.environments
        if environment not in environments:
            message = f"The fraise {fraise!r} has no environment called {environment!r}."
            raise _unknown(message, environment, environments)
        return environments[environment]

    def get_fraise_for_branch(self, branch: str) -> Environment | None:
        """What a push to this branch deploys; None when the branch is not mapped."""
        target = self.branch_mapping.get(branch)
        return self.get_fraise_environment(target.fraise, target.environment) if target else None

    def show(self) -> dict[str, Any]:
        """The effective configuration; secrets are `***`."""
        from fraisier.config.show import show  # noqa: PLC0415 - only `config show` needs it

        return {"path": self.path, **show(self._read)}

    def _at_home(self, fraise: Fraise) -> Fraise:
        """Each environment knows where it was read: Python programs hold nothing else in hand."""
        home = {"config_file": os.path.abspath(self.path), "state_path": self.state.path}  # noqa: PTH100 - see search.py
        found = {name: msgspec.structs.replace(one, **home) for name, one in fraise.environments.items()}
        return msgspec.structs.replace(fraise, environments=found)


def _unknown(message: str, name: str, known: dict[str, Any]) -> UnknownName:
    meant = did_you_mean(name, known)
    names = f"known: {', '.join(known)}" if known else "there are none in fraises.yaml"
    return UnknownName(message, hint="; ".join(filter(None, (meant, names))))
