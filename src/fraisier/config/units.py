"""Times and sizes as people write them: `5m`, `30d`, `1h30m`, `500ms`; `512Mi`, `2Gi`, `10G`."""

from __future__ import annotations

import re
from typing import Final

SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
BYTES: Final = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12} | {
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
    "Ti": 2**40,
}


def seconds(text: str) -> float:
    """`1h30m` is 5400.0; a number without a unit is seconds. Raises `ValueError`."""
    text = text.strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    if not re.fullmatch(r"(\d+(\.\d+)?(ms|[smhdw]))+", text):
        raise ValueError(f"{text!r} is not a time such as 90, 30s, 5m, 1h30m or 7d")
    return sum(float(n) * SECONDS[unit] for n, unit in re.findall(r"([\d.]+)(ms|[smhdw])", text))


def size(text: str) -> int:
    """`2Gi` is 2147483648, `2G` is 2000000000 (the units of Kubernetes); no unit is bytes. Raises `ValueError`."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(|[kMGT]|[KMGT]i)", text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a size such as 1024, 512Mi, 2Gi or 10G")
    return int(float(match[1]) * BYTES[match[2]])
