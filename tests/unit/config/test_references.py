import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraisier.config.references import MalformedReference, Reference, holds_reference, parse, references


@pytest.mark.parametrize(
    ("text", "source", "name", "key", "default"),
    [
        ("${API_KEY}", "env", "API_KEY", None, None),
        ("${API_KEY:-none}", "env", "API_KEY", None, "none"),
        ("${API_KEY:-}", "env", "API_KEY", None, ""),
        ("${URL:-http://x:80/#y}", "env", "URL", None, "http://x:80/#y"),
        ("${file:-x}", "env", "file", None, "x"),
        ("${vault:secret/prod#password}", "vault", "secret/prod", "password", None),
        ("${file:/run/secrets/a#b}", "file", "/run/secrets/a#b", None, None),
        ("${command:pass show a/b}", "command", "pass show a/b", None, None),
        ("${aws:prod/db#password}", "aws", "prod/db", "password", None),
        ("${gcp:db}", "gcp", "db", None, None),
        ("${azure:kv/db}", "azure", "kv/db", None, None),
    ],
)
def test_one_reference(text, source, name, key, default):
    assert parse(text) == (Reference(source=source, name=name, key=key, default=default, written=text),)


def test_references_stand_between_text():
    first, host, second, rest = parse("postgres://${DB_HOST}:5432/${DB:-shop}")[:4]
    assert (first, second) == ("postgres://", ":5432/")
    assert [host.name, rest.default] == ["DB_HOST", "shop"]


@pytest.mark.parametrize(
    "text",
    [
        "${",
        "a ${B",
        "${}",
        "${ A }",
        "${1A}",
        "${A:?no}",
        "${A-b}",
        "${vualt:a#b}",
        "${vault:a}",
        "${vault:#b}",
        "${vault:a#}",
        "${file:}",
        "${file: }",
        "${command:}",
        "${A:-${B}}",
        "${:-x}",
        "${É}",
    ],
)
def test_malformed(text):
    with pytest.raises(MalformedReference):
        parse(text)


def test_a_misspelt_source_is_suggested():
    with pytest.raises(MalformedReference) as caught:
        parse("${vualt:a#b}")
    assert caught.value.hint == "did you mean vault?"


@given(st.text())
def test_text_without_braces_is_kept(text):
    text = text.replace("${", "$")
    assert parse(text) == ((text,) if text else ())
    assert not holds_reference(text)


@given(st.lists(st.one_of(st.just("${A}"), st.just("${B:-c d}"), st.text(alphabet="ab$ {:", min_size=1))))
def test_nothing_is_lost(pieces):
    text = "".join(pieces)
    try:
        parts = parse(text)
    except MalformedReference:
        return
    assert "".join(part if isinstance(part, str) else part.written for part in parts) == text
    assert len(references(text)) == text.count("${")
