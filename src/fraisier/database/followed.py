"""What follows when webhooks were stored together: how many to count, and which requests to make. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec


def followed(answers: Sequence[object], wanted: Sequence[Sequence[Mapping[str, Any]]]) -> dict[str, str]:
    """The parameters of fn_follow_webhooks. `answers` are those of fn_process_webhook or what stands in their place;
    `wanted` are the requests that each webhook asks for.

    Of several webhooks for one lane the newest gets the request, which is what a deployment of each would have come
    to. A repeat asks for nothing.
    """
    counted: Counter[tuple[str, str]] = Counter()
    asked: dict[tuple[str, str, str], dict[str, Any]] = {}
    for answer, requests in zip(answers, wanted, strict=True):
        if not isinstance(answer, dict) or answer["duplicate"]:
            continue
        counted[answer["outcome"], answer["provider"]] += 1
        for request in requests:
            lane = request["fraise"], request["environment"], request.get("job", "")
            older = asked.pop(lane, None)
            instead_of = [*older["instead_of"], older["webhook"]] if older else []
            asked[lane] = {
                **request, "job": lane[2], "webhook": answer["pk_webhook_event"], "instead_of": instead_of,
            }  # fmt: skip
    return {
        "counted": _json([[*key, times] for key, times in counted.items()]),
        "asked": _json(list(asked.values())),
    }


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
