"""`target:` and `provider_config:` — the provider's keys in a mapping of their own.

Whose keys they are is known only when the provider is, which may stand elsewhere. So the mapping is put aside when
it is read and taken apart by `settled`: Fraisier's own providers know every key, one of your own finds all of them
unchanged.
"""

from __future__ import annotations

import math
from typing import Any, Final, Literal

from fraisier.config.kinds import text
from fraisier.config.node import Mapping, Scalar
from fraisier.config.problem import Problems
from fraisier.config.section import BAD, Field, Found, Kind, Section, Value, Values, normal, put

Owner = Literal["ours", "the user's", "nobody's"]
ASIDE: Final = ("target", "provider_config")
OPTIONS: Final = "provider_options"
FOR_ALL: Final = (
    "hooks",
    "env_vars",
    "auto_rollback_on_failure",
    "hold_on_failure",
    "on_new_push",
    "webhooks",
)
"""What Fraisier does whoever provides, and reads here too."""
OURS: Final = ("auto_deploy", "auto_deploy_branch", "webhook_secret", "secret_token")
"""What only Fraisier reads here, and no provider finds: it needs no webhook's secret."""


def put_aside(key: str, provider: Field, keys: Section) -> Kind:
    """A mapping that waits for its provider, which may stand in it."""

    def read(value: Value) -> Any:
        children = value.children()
        if children is None:
            return BAD
        found = {key: Found(value, value.line, value.column, value.path)}
        for name, child in children:
            if normal(name.value) == provider.key:
                here = Found(provider.kind.read(child), name.line, name.column, name.path)
                found[provider.key] = here
        return found

    return Kind("a mapping", read, {"anyOf": [keys, {"type": "object"}]})


def owner(provider: Found | None, built: tuple[str, ...]) -> Owner:
    """Whose provider it is. Nobody's: it was refused, and so it is not known which keys it has."""
    if provider is None or provider.value in built:
        return "ours"
    return "nobody's" if provider.value is BAD else "the user's"


def settled(values: Values, whose: Owner, keys: Section, problems: Problems) -> Values:
    """The values with what was put aside, as the provider's owner reads it. `keys` are those of ours."""
    aside = [values[key].value for key in ASIDE if key in values]
    if not aside:
        return values
    whole = _copy(values)
    for key in ASIDE:
        whole.pop(key, None)
    for value in aside if whose != "nobody's" else ():
        read = keys.read(value) if whose == "ours" else _unchanged(value, keys)
        for key, inner in read.items():
            put(whole, (key,), inner, problems)
    return whole


def _copy(values: Values) -> Values:
    """`put` fills mappings, and an environment must not fill those of its fraise."""
    return {
        key: Found(_copy(found.value), found.line, found.column, found.path)
        if isinstance(found.value, dict)
        else found
        for key, found in values.items()
    }


def _unchanged(value: Value, keys: Section) -> Values:
    options: Values = {}
    found: Values = {OPTIONS: Found(options, value.line, value.column, value.path)}
    for name, child in value.children() or ():
        key = normal(name.value)
        if key == "provider":
            continue
        if key not in OURS:
            options[name.value] = Found(_plain(child), name.line, name.column, name.path)
        if key in FOR_ALL or key in OURS:
            field = keys.by_key[key]
            here = Found(field.kind.read(child), name.line, name.column, name.path)
            put(found, (field.into or field.key).split("."), here, value.problems)
    return found


def _plain(value: Value) -> Any:
    """What YAML means; text is checked for references that nobody could resolve."""
    node = value.node
    if isinstance(node, Mapping):
        return {key.value: _plain(child) for key, child in value.children() or ()}
    if not isinstance(node, Scalar):
        return [
            _plain(Value(item, f"{value.path}[{n}]", value.problems)) for n, item in enumerate(node.items)
        ]
    match node.type:
        case "null":
            return None
        case "bool":
            return node.text.lower() in {"true", "yes", "on", "y"}
        case "int" | "float":
            return _number(node)
        case _:
            return TEXT.read(value)


def _number(node: Scalar) -> int | float | str:
    """A number as YAML 1.1 reads it; infinity stays text, because JSON has none."""
    import yaml  # noqa: PLC0415 - whoever reads a file has loaded it

    made = yaml.constructor.SafeConstructor()
    written = yaml.ScalarNode(f"tag:yaml.org,2002:{node.type}", node.text)
    number: int | float = (
        made.construct_yaml_int(written) if node.type == "int" else made.construct_yaml_float(written)
    )
    return number if math.isfinite(number) else node.text


TEXT: Final = text(may_refer=True)
