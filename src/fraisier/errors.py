"""The exception tree. Each error knows its exit code and what to do next.

Exit codes are a contract that others script against: 0 done, 1 failed, 2 usage or configuration, 3 lock not
acquired or held, 4 rollback failed, 5 unreachable and nothing changed, 70 our bug, 130/143 interrupted.
"""

from __future__ import annotations

from typing import Any, ClassVar


class FraiseQLError(Exception):
    """What went wrong, in one sentence. `hint` says what to do next; `details` are facts for machines."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "", **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = details

    def as_dict(self) -> dict[str, Any]:
        """The `error` object of every JSON answer: code, message, hint, exit_code."""
        return {
            "code": self.code,
            "message": self.message,
            "hint": self.hint or None,
            "exit_code": self.exit_code,
        }


class ConfigurationError(FraiseQLError):
    """Something the user wrote is wrong: the file, a name, an option."""

    code = "configuration"
    exit_code = 2


class NoObserver(ConfigurationError):
    """Something was to be queued that nobody would run."""

    code = "no_observer"


class NotSupportedYet(ConfigurationError):
    """The documents promise it; this version refuses it by name instead of ignoring it."""

    code = "not_supported_yet"


class UnknownName(ConfigurationError):
    """No such fraise, environment, deployment or version."""

    code = "unknown_name"


class DatabaseError(FraiseQLError):
    """Fraisier's own database cannot be opened, read or written."""

    code = "database"


class SchemaTooNew(DatabaseError):
    """The database was written by a newer Fraisier which this one cannot read."""

    code = "schema_too_new"
    exit_code = 2


class Unreachable(FraiseQLError):
    """The repository or the target did not answer, and nothing was changed."""

    code = "unreachable"
    exit_code = 5


class Refused(Unreachable):
    """The target answered and will not have us, or we do not trust it: asking again changes nothing."""

    code = "refused"


class DeploymentError(FraiseQLError):
    """A deployment did not reach its end."""

    code = "deployment_failed"


class StepFailed(DeploymentError):
    """One step of a deployment failed; the deployment goes back."""

    code = "step_failed"


class EffectLost(StepFailed):
    """Nobody knows how a command ended: its machine was restarted, or its supervisor killed."""

    code = "effect_lost"


class CommandFailed(StepFailed):
    """A command on a machine ended with another exit code than 0, or was killed at its deadline."""

    code = "command_failed"


class HealthCheckError(DeploymentError):
    """The new version runs but does not pass its health check."""

    code = "unhealthy"


class RollbackError(DeploymentError):
    """The way back failed too. A person is needed."""

    code = "rollback_failed"
    exit_code = 4


class LockError(DeploymentError):
    """The lane belongs to another deployment."""

    code = "locked"
    exit_code = 3


class LeaseLost(LockError):
    """Another observer has taken over this deployment; nothing more was changed here."""

    code = "lease_lost"


class Parked(LockError):
    """The process that ran this deployment was asked to end; the next owner goes on where it stopped."""

    code = "parked"


class HandedOver(Parked):
    """Fraisier deploys itself: a guard that outlives the restart has taken this deployment from us."""

    code = "handed_over"


class FenceRefused(LockError):
    """The host knows a newer token, or another installation, for this lane."""

    code = "fence_refused"


class Held(LockError):
    """The lane waits for a person after a failed deployment."""

    code = "held"


class Cancelled(DeploymentError):
    """Somebody asked this deployment to end; what was begun has been undone."""

    code = "cancelled"


class Interrupted(DeploymentError):
    """A signal asked us to stop; what was begun has been undone."""

    code = "interrupted"
    exit_code = 130


def worst(exit_codes: list[int]) -> int:
    """The one exit code of several results: the first present of 4, 1, 5, 3, 2."""
    return next((code for code in (4, 1, 5, 3, 2) if code in exit_codes), max(exit_codes, default=0))
