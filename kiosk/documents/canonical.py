"""JSON as it is stored: sorted keys, no spaces, decimals digit for digit.

FHIR R4 2.6.2 "JSON representation": the precision of a decimal is part of its value (36.60 is not
36.6), so a Decimal is written as a number with its own digits, never through a float.
"""

from __future__ import annotations

from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder(decimal_format="number", order="sorted")


def encode(resource: dict[str, Any]) -> bytes:
    """Return the one encoding of `resource` (UTF-8)."""
    return _ENCODER.encode(resource)
