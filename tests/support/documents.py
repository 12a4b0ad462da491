"""Valid configurations drawn at random, and the same said in other spellings of the documents.

A document is plain YAML data in which `Time`, `Words`, `Shell` and `Choice` stand for what can be spelt in several
ways. `plainly` spells it in the simplest way; `respelt` draws how.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from random import Random
from typing import Any

import yaml
from hypothesis import strategies as st

Document = dict[str, Any]


class Time(float):
    """Seconds."""


class Words(tuple[str, ...]):
    """A command."""

    __slots__ = ()


class Argv(Words):
    """A command that no shell reads where one could."""

    __slots__ = ()


class Shell(str):
    """A hook that a shell reads."""

    __slots__ = ()


class Choice(str):
    """One of our own names."""

    __slots__ = ()


class Several(tuple[Any, ...]):
    """A list; one alone needs none."""

    __slots__ = ()


class Checks(tuple[Any, ...]):
    """Health checks; one alone needs no list and may be flat."""

    __slots__ = ()


TIMES = st.sampled_from([1, 1.5, 30, 60, 90, 300, 3600, 5400]).map(Time)
WORD = st.text("abcXYZ019._/-", min_size=1, max_size=6)
COMMANDS = st.builds(lambda first, rest: Words([f"./{first}", *rest]), WORD, st.lists(WORD, max_size=3))
SHELLS = st.sampled_from(["npm run migrate", "./a && ./b", 'echo "$A ${B:-c}"']).map(Shell)
HOOKS = st.lists(
    st.fixed_dictionaries(
        {"command": st.one_of(COMMANDS.map(Argv), SHELLS)},
        optional={"on_failure": st.sampled_from(["fail", "warn"]).map(Choice), "timeout": TIMES},
    ),
    min_size=1,
    max_size=2,
).map(Several)
KNOBS = {
    "timeout": TIMES,
    "retries": st.integers(0, 9),
    "retry_delay": TIMES,
    "initial_delay": TIMES,
    "start_period": TIMES,
    "enabled": st.booleans(),
}
CHECKS = [
    st.fixed_dictionaries(
        {"url": st.sampled_from(["http://a.example.com/health", "/health", "/ready"])},
        optional={
            "type": st.just(Choice("http")),
            "expected_status": st.integers(200, 204),
            "version": st.sampled_from([{"json": "build.commit"}, {"header": "X-Version"}]),
            **KNOBS,
        },
    ),
    st.fixed_dictionaries({"type": st.just(Choice("tcp")), "port": st.integers(1, 65535)}, optional=KNOBS),
    st.fixed_dictionaries({"type": st.just(Choice("command")), "command": COMMANDS}, optional=KNOBS),
    st.fixed_dictionaries(
        {"type": st.just(Choice("database")), "connection_string": st.just("${DATABASE_URL}")}, optional=KNOBS
    ),
]
SETTINGS: dict[str, st.SearchStrategy[Any]] = {
    "host": st.sampled_from(["localhost", "127.0.0.1"]),
    "git_repo": st.sampled_from(
        ["/srv/git/a.git", "git@example.com:a/b.git", "https://${T}@example.com/a.git"]
    ),
    "branch": st.sampled_from(["main", "release/1.10", "on"]),
    "name": st.just("api.example.com"),
    "build": COMMANDS,
    "build_timeout": TIMES,
    "health_check": st.lists(st.one_of(CHECKS), min_size=1, max_size=2).map(Checks),
    "database": st.fixed_dictionaries(
        {"migrate": COMMANDS},
        optional={
            "type": st.sampled_from(["postgresql", "sqlite"]).map(Choice),
            "strategy": st.just(Choice("apply")),
            "down": COMMANDS,
            "timeout": TIMES,
        },
    ),
    "env_vars": st.dictionaries(
        st.sampled_from(["A", "B_C", "lower"]), st.sampled_from(["x", "1", "${V:-d}"])
    ),
    "deployment_strategy": st.just(Choice("recreate")),
    "keep_releases": st.integers(2, 9),
    "hold_on_failure": st.booleans(),
    "on_new_push": st.sampled_from(["finish", "cancel"]).map(Choice),
    "auto_rollback_on_failure": st.booleans(),
    "hooks": st.fixed_dictionaries({}, optional={"pre_deployment": HOOKS, "post_deployment": HOOKS}),
    "env_file": st.lists(st.sampled_from(["a.env", "/etc/b.env"]), min_size=1, unique=True).map(Several),
    "user": st.just("shop"),
    "auto_deploy": st.booleans(),
    "webhook_secret": st.just(Several(["${OWN}"])),
}


CHOSEN = st.lists(st.sampled_from(sorted(SETTINGS)), unique=True, max_size=6)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A valid document: one or two fraises with their environments, a forge, mapped branches."""
    fraises: Document = {}
    for number in range(draw(st.integers(1, 2))):
        environments = {
            place: {
                "provider": Choice("bare_metal"),
                "app_path": f"/srv/{number}/{place}",
                "service": {"command": draw(COMMANDS), "port": 8000 + 10 * number + at},
                **draw(st.fixed_dictionaries({key: SETTINGS[key] for key in draw(CHOSEN)})),
            }
            for at, place in enumerate(["production", "Test-1"][: draw(st.integers(1, 2))])
        }
        fraises[f"my_api-{number}"] = {"type": Choice("api"), "environments": environments}
    return {
        "git": {"provider": Choice("github"), "github": {"webhook_secret": Several(["${SECRET}"])}},
        "fraises": fraises,
        "branch_mapping": {"main": {"fraise": "my_api-0", "environment": "production"}},
    }


def plainly(document: Any) -> Any:
    """The document in the simplest spelling."""
    if isinstance(document, dict):
        return {key: plainly(value) for key, value in document.items()}
    if isinstance(document, tuple):
        return [plainly(value) for value in document]
    if isinstance(document, Time):
        return float(document)
    return str(document) if isinstance(document, str) else document


def written(document: Any) -> str:
    """Plain YAML data as text, one key to a line."""
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True)


NAMES_BELOW = {"fraises", "environments", "branch_mapping", "env_vars"}
ALIASES = {"host": "ssh_host", "env_file": "env_files", "webhook_secret": "secret_token"}
FLAT = {"url", "timeout", "retries"}


class Speller:
    """Chooses one of the documented spellings for everything."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def _one_of(self, *options: Any) -> Any:
        return self._random.choice(options)

    def document(self, document: Document) -> Document:
        fraises = {name: self._fraise(fraise) for name, fraise in document["fraises"].items()}
        rest = {key: self._named(value, key) for key, value in document.items() if key != "fraises"}
        return self._shuffled({self._key("fraises"): fraises, **{self._key(k): v for k, v in rest.items()}})

    def _fraise(self, fraise: Document) -> Document:
        environments: Document = fraise["environments"]
        spelt: Document = (
            {} if self._one_of(True, False) else {self._key("type"): self._value(fraise["type"])}
        )
        below = {name: dict(keys) for name, keys in environments.items()}
        if len(below) == 1:
            (only,) = below.values()
            above = {key: only.pop(key) for key in list(only) if key != "name" and self._one_of(True, False)}
            spelt |= self._target(above)
        spelt[self._key("environments")] = {name: self._target(keys) for name, keys in below.items()}
        return self._shuffled(spelt)

    def _target(self, keys: Document) -> Document:
        """Each key stands plainly, below `target` or below `provider_config`."""
        places: dict[str, Document] = {"": {}, "target": {}, "provider_config": {}}
        for key, value in keys.items():
            for spelt, inner in self._entry(key, value).items():
                places[self._one_of("", "", *places)][spelt] = inner
        nested = {self._key(name): self._shuffled(place) for name, place in places.items() if name and place}
        return self._shuffled(places[""] | nested)

    def _entry(self, key: str, value: Any) -> Document:
        if isinstance(value, Checks):
            return self._checks(value)
        return {self._key(key): self._named(value, key)}

    def _named(self, value: Any, key: str) -> Any:
        """A mapping below `key`: names of the user are kept, and so are their values below env_vars."""
        if key == "env_vars":
            return value
        if key in NAMES_BELOW:
            return {name: self._value(inner) for name, inner in value.items()}
        return self._value(value)

    def _checks(self, checks: Checks) -> Document:
        if len(checks) > 1 or self._one_of(True, False, False):
            return {self._key("health_check"): [self._check(check) for check in checks]}
        (check,) = checks
        flat = {key: value for key, value in check.items() if key in FLAT and self._one_of(True, False)}
        if set(flat) == set(check):
            return {self._key(f"health_check_{key}"): self._value(value) for key, value in flat.items()}
        nested = {key: value for key, value in check.items() if key not in flat}
        return {
            self._key("health_check"): self._check(nested),
            **{self._key(f"health_check_{key}"): self._value(value) for key, value in flat.items()},
        }

    def _check(self, check: Document) -> Document:
        relative = str(check.get("url", "")).startswith("/")
        renamed = {
            "path" if key == "url" and relative and self._one_of(True, False) else key: value
            for key, value in check.items()
        }
        return self._value(renamed)

    def _key(self, key: str) -> str:
        key = self._one_of(key, ALIASES.get(key, key))
        case: Callable[[str], str] = self._one_of(str, str, str.upper, str.title)
        return case(key.replace("_", self._one_of("_", "-")))

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return self._shuffled({self._key(key): self._value(inner) for key, inner in value.items()})
        if isinstance(value, tuple):
            return self._listed(value)
        if isinstance(value, Time):
            return self._one_of(*times(value))
        return self._text(value) if isinstance(value, str) else value

    def _text(self, value: str) -> Any:
        if isinstance(value, Choice):
            case = self._one_of(str.lower, str.upper, str.title)
            return case(value.replace("_", self._one_of("_", "-")))
        if isinstance(value, Shell) and "${" not in value:
            return self._one_of(str(value), ["sh", "-c", str(value)])
        return str(value)

    def _listed(self, value: tuple[Any, ...]) -> Any:
        if isinstance(value, Words):
            return self._one_of(list(value), list(value) if isinstance(value, Argv) else shlex.join(value))
        items = [self._item(one) for one in value]
        alone = len(items) == 1 and not isinstance(items[0], list) and self._one_of(True, False)
        return items[0] if alone else items

    def _item(self, value: Any) -> Any:
        """A hook without options is its command."""
        if isinstance(value, dict) and set(value) == {"command"} and self._one_of(True, False):
            return self._value(value["command"])
        return self._value(value)

    def _shuffled(self, mapping: Document) -> Document:
        return {key: mapping[key] for key in self._random.sample(list(mapping), len(mapping))}


def times(seconds: float) -> list[Any]:
    """Every spelling of a time."""
    found: list[Any] = [float(seconds), f"{seconds:g}s", f"{seconds * 1000:.0f}ms"]
    if seconds == int(seconds):
        whole = int(seconds)
        found += [
            whole,
            str(whole),
            f"{whole // 60}m{whole % 60}s",
            f"{whole // 3600}h{whole % 3600 // 60}m{whole % 60}s",
        ]
    return found


def respelt(document: Document, seed: int) -> str:
    """The same document in other words, as text."""
    return written(Speller(Random(seed)).document(document))
