"""Every event there is comes back from the log as it went in."""

from __future__ import annotations

import enum
import tempfile
import types
import typing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.record.events import INCIDENTS, Closed, LogEvent
from kiosk.record.log import EventLog, New, read

KINDS = get_args(LogEvent)


def of(annotation: Any) -> st.SearchStrategy[Any]:
    """Values of a contract's type, as its wire allows them."""
    origin = get_origin(annotation)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*(of(part) for part in get_args(annotation)))
    if origin is tuple:
        return st.lists(of(get_args(annotation)[0]), max_size=5).map(tuple)
    if isinstance(annotation, type):
        if issubclass(annotation, msgspec.Struct):
            fields = {f.name: of(f.type) for f in msgspec.structs.fields(annotation)}
            return st.fixed_dictionaries(fields).map(lambda made: annotation(**made))
        if issubclass(annotation, enum.Enum):
            return st.sampled_from(list(annotation))
    simple: dict[Any, st.SearchStrategy[Any]] = {
        str: st.text(),
        bool: st.booleans(),
        int: st.integers(-(2**63), 2**63 - 1),
        float: st.floats(allow_nan=False, allow_infinity=False),
        Decimal: st.decimals(allow_nan=False, allow_infinity=False),
        date: st.dates(),
        datetime: st.datetimes(timezones=st.just(UTC)),
        type(None): st.none(),
    }
    return simple[annotation]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=25)
@given(data=st.data())
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_event_of_every_kind_comes_back_equal(kind: Any, data: st.DataObject) -> None:
    event = data.draw(of(kind))
    raw = data.draw(st.none() | st.binary(max_size=64))
    payload = msgspec.json.encode(event)
    assert msgspec.json.decode(payload, type=LogEvent) == event
    with tempfile.TemporaryDirectory() as folder:
        log = EventLog.create(Path(folder) / "consultation")
        written = log.append(_CLOCK, [New(event, raw)])
        log.close()
        back = read(Path(folder) / "consultation")
    assert back == written
    assert back[0].event == event
    assert type(back[0].event) is kind
    _same_digits(back[0].event, event)


def _same_digits(back: Any, event: Any) -> None:
    """Equal decimals may differ in digits: 36.6 and 36.60."""
    if isinstance(event, Decimal):
        assert back.as_tuple() == event.as_tuple()
    elif isinstance(event, msgspec.Struct):
        for name in event.__struct_fields__:
            _same_digits(getattr(back, name), getattr(event, name))
    elif isinstance(event, tuple):
        for one, other in zip(back, event, strict=True):
            _same_digits(one, other)


class _Clock:
    def utc(self) -> datetime:
        return datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)

    def monotonic_ns(self) -> int:
        return 2**62


_CLOCK = _Clock()


def test_no_two_kinds_have_one_tag() -> None:
    tags = [kind.__struct_config__.tag for kind in KINDS]
    assert len(set(tags)) == len(tags)
    assert all(kind.__struct_config__.frozen for kind in KINDS)


def test_released_tags_stay() -> None:
    """A tag once released is never given another meaning: adding is fine, this list only grows."""
    released = {
        "opened": ("consultation", "booth", "site", "software", "language", "price_cents",
                   "covered_cents", "instruments", "simulated"),
        "consent_given": ("giver", "act", "assistant", "text_version", "language"),
        "names_given": ("birth_name", "given_names"),
        "curve_recorded": ("instrument", "attempt", "device", "rate_hz", "start", "samples",
                           "dropped"),
        "measurement_recorded": ("instrument", "attempt", "measurement", "order"),
        "measurement_failed": ("instrument", "attempt", "failure"),
        "report_received": ("order", "report"),
        "closed": ("why", "outcome"),
    }  # fmt: skip
    fields = {kind.__struct_config__.tag: kind.__struct_fields__ for kind in KINDS}
    for tag, names in released.items():
        assert fields[tag][: len(names)] == names


def test_every_incident_code_has_its_words() -> None:
    assert all(words and words[0].isupper() for words in INCIDENTS.values())


def test_why_a_consultation_closed_is_text_and_outcome_may_be_none() -> None:
    assert Closed("patient_left", None).outcome is None
