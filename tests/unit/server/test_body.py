"""Bytes become a JSON object or a refusal."""

from urllib.parse import quote

import pytest

from fraisier.server.body import decode
from fraisier.server.refusal import Refusal

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("kind", [JSON, "application/json; charset=utf-8", "Application/JSON"])
def test_json(kind):
    assert decode('{"a": "ü"}'.encode(), kind) == ('{"a": "ü"}', {"a": "ü"})


def test_githubs_form():
    text = '{"a": "x & y"}'
    assert decode(f"payload={quote(text)}".encode(), FORM) == (text, {"a": "x & y"})


@pytest.mark.parametrize(
    ("body", "kind", "status", "says"),
    [
        (b"", JSON, 400, "not JSON"),
        (b"{", JSON, 400, "not JSON"),
        (b'{"a": 1', JSON, 400, "not JSON"),
        (b'{"a": NaN}', JSON, 400, "not JSON"),
        (b'{"a": 1} trailing', JSON, 400, "not JSON"),
        (b"[" * 100_000, JSON, 400, "not JSON"),
        (b'{"a":' * 100_000, JSON, 400, "not JSON"),
        (b'{"a": ' + b"[" * 5000 + b"]" * 5000 + b"}", JSON, 400, "not JSON"),
        (b'{"a": "\xff"}', JSON, 400, "not UTF-8: invalid start byte at byte 7"),
        ('{"a": 1}'.encode("utf-16"), JSON, 400, "not UTF-8"),
        (b"[]", JSON, 400, "not an object"),
        (b'"text"', JSON, 400, "not an object"),
        (b"null", JSON, 400, "not an object"),
        (b"{}", "", 415, "neither JSON nor a form"),
        (b"{}", "text/plain", 415, "neither JSON nor a form"),
        (b"<a/>", "application/xml", 415, "neither JSON nor a form"),
        (b"", FORM, 400, "no field"),
        (b"a=1", FORM, 400, "no field"),
        (b"payload={}&payload={}", FORM, 400, "no field"),
        (b"payload=%FF", FORM, 400, "not a form"),
        (b"payload", FORM, 400, "not a form"),
        (b"&".join([b"a=1"] * 20), FORM, 400, "not a form"),
        (b"payload=[]", FORM, 400, "not an object"),
    ],
)
def test_what_is_refused(body, kind, status, says):
    with pytest.raises(Refusal, match=says) as caught:
        decode(body, kind)
    assert caught.value.status == status
