"""`auto_deploy`, `auto_deploy_branch`, `webhook_secret` of an environment — pushes that deploy it without a mapping."""

from __future__ import annotations

from typing import Final

import msgspec

from fraisier.config.forge import SECRETS, require_secrets
from fraisier.config.kinds import FLAG, text
from fraisier.config.names import branch
from fraisier.config.problem import Problems
from fraisier.config.section import Field, Values, plain


class Pushes(msgspec.Struct, frozen=True, kw_only=True):
    """`branch` None means the environment's own. With `webhook_secrets` only pushes signed with one of them count."""

    auto: bool = False
    branch: str | None = None
    webhook_secrets: tuple[str, ...] = ()


FIELDS: Final = (
    Field(
        "auto_deploy", FLAG, "Pushes to its repository deploy it, without branch_mapping.", into="pushes.auto"
    ),
    Field(
        "auto_deploy_branch",
        text(check=branch),
        "The branch whose pushes do; default: the one that is deployed.",
        into="pushes.branch",
    ),
    Field(
        "webhook_secret",
        SECRETS,
        "What pushes for it alone are signed with; no other secret deploys it then. A list of two while one is replaced.",
        into="pushes.webhook_secrets",
        aliases=("secret_token",),
    ),
)


def pushes(values: Values, problems: Problems) -> Pushes:
    """The keys as an object. Complains about an empty secret, and a branch that nothing looks at."""
    require_secrets(values, problems)
    if (named := values.get("branch")) and not plain(values).get("auto", "auto" in values):
        problems.add(named, "has no meaning without auto_deploy: true")
    return Pushes(**plain(values))
