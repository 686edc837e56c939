"""The waiting room, as functions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.waiting_room import (
    IN_QUEUE,
    LEASE_SECONDS,
    LONGEST_WAIT,
    AlreadyConfirmed,
    Granted,
    Lease,
    NotWaiting,
    Place,
    Taken,
    claim,
    confirm,
    estimate_minutes,
    expired,
    queue,
    since_kept,
)

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
OFFERED = Place(waiting=True, lease=Lease("l", "martin", 130.0))
CONFIRMED = Place(waiting=False, lease=Lease("l", "martin", None))


@pytest.mark.parametrize(
    ("place", "doctor", "at", "expected"),
    [
        (Place(), "martin", 100.0, NotWaiting()),
        (IN_QUEUE, "martin", 100.0, Granted(Place(True, Lease("new", "martin", 130.0)))),
        (OFFERED, "durand", 129.9, Taken()),
        (OFFERED, "durand", 130.0, Granted(Place(True, Lease("new", "durand", 160.0)))),
        (OFFERED, "martin", 120.0, Granted(Place(True, Lease("l", "martin", 150.0)))),
        (CONFIRMED, "durand", 1e9, Taken()),
        (CONFIRMED, "martin", 1e9, AlreadyConfirmed()),
    ],
)
def test_a_claim(place: Place, doctor: str, at: float, expected: object) -> None:
    assert claim(place, doctor, "new", at) == expected


@pytest.mark.parametrize(
    ("place", "lease", "at", "expected"),
    [
        (IN_QUEUE, "l", 100.0, None),
        (OFFERED, "l", 129.9, CONFIRMED),
        (OFFERED, "l", 130.0, None),
        (OFFERED, "other", 100.0, None),
        (CONFIRMED, "l", 1e9, CONFIRMED),
    ],
)
def test_a_confirmation(place: Place, lease: str, at: float, expected: Place | None) -> None:
    assert confirm(place, lease, at) == expected


steps = st.lists(
    st.one_of(
        st.tuples(st.just("claim"), st.sampled_from(["martin", "durand", "petit"])),
        st.tuples(st.just("confirm"), st.sampled_from(["last", "first", "unknown"])),
        st.tuples(st.just("wait"), st.sampled_from(["0.1", "10", "29.9", "30", "100"])),
    ),
    max_size=40,
)


@given(steps)
def test_a_patient_is_nobodys_twice(steps: list[tuple[str, str]]) -> None:
    place, now, granted = IN_QUEUE, 0.0, []
    met: str | None = None
    for number, (what, how) in enumerate(steps):
        if what == "wait":
            now += float(how)
        elif what == "claim":
            result = claim(place, how, f"lease-{number}", now)
            if isinstance(result, Granted):
                before = None if expired(place, now) else place.lease
                assert before is None or before.doctor == how  # never over a live lease
                assert met is None  # never over a confirmed one
                assert result.place.lease is not None
                assert result.place.lease.expires_at == now + LEASE_SECONDS
                place = result.place
                granted.append(result.place.lease.id)
            elif isinstance(result, AlreadyConfirmed):
                assert met == how
        else:
            lease = {"last": granted[-1:], "first": granted[:1]}.get(how) or ["unknown"]
            confirmed = confirm(place, lease[0], now)
            if confirmed is not None:
                assert place.lease is not None
                assert confirmed.lease is not None
                assert confirmed.lease.doctor == place.lease.doctor
                assert met in (None, confirmed.lease.doctor)
                met, place = confirmed.lease.doctor, confirmed
        if met is not None:
            assert not expired(place, now)
            assert not place.waiting


@given(st.lists(st.tuples(st.datetimes(timezones=st.just(UTC)), st.uuids().map(str)), unique=True))
def test_the_oldest_is_first(waiting: list[tuple[datetime, str]]) -> None:
    order = queue(waiting)
    assert queue(reversed(waiting)) == order
    since = {consultation: at for at, consultation in waiting}
    assert sorted(order) == sorted(since)
    if len(since) == len(waiting):
        assert [since[each] for each in order] == sorted(since.values())


@pytest.mark.parametrize(
    ("position", "doctors", "minutes", "expected"),
    [
        (1, 0, [10, 10, 10], None),
        (1, 1, [], 15),
        (3, 1, [], 45),
        (3, 2, [], 23),
        (1, 1, [2, 2], 15),  # too few to go by
        (1, 1, [2, 40, 6], 6),
        (2, 1, [2, 40, 6, 8], 14),
        (1, 9, [0, 0, 0], 1),
    ],
)
def test_the_estimate(
    position: int, doctors: int, minutes: list[float], expected: int | None
) -> None:
    seconds = [each * 60.0 for each in minutes]
    assert estimate_minutes(position, doctors, seconds, 15) == expected


def test_a_wrong_clock_gives_nobody_a_better_place() -> None:
    an_hour = timedelta(hours=1)
    assert since_kept(None, NOW - an_hour, NOW) == NOW - an_hour
    assert since_kept(None, NOW - LONGEST_WAIT - an_hour, NOW) == NOW
    assert since_kept(None, NOW + an_hour, NOW) == NOW
    assert since_kept(NOW - an_hour, NOW, NOW) == NOW - an_hour
