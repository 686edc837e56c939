"""Who waits, who has been claimed, and how long it may take. Functions of their arguments.

A lease is a doctor's claim on a patient. Granted, it runs `LEASE_SECONDS` unless the booth confirms
it; confirmed, it does not expire.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

LEASE_SECONDS = 30.0
LONGEST_WAIT = timedelta(hours=12)
ENOUGH_DURATIONS = 3


class Lease(msgspec.Struct, frozen=True):
    """`expires_at` in monotonic seconds; None once the booth has confirmed."""

    id: str
    doctor: str
    expires_at: float | None

    @property
    def confirmed(self) -> bool:
        """Whether the booth said yes."""
        return self.expires_at is None


class Place(msgspec.Struct, frozen=True):
    """A consultation's place: whether its patient waits, and who claimed them."""

    waiting: bool = False
    lease: Lease | None = None


IN_QUEUE = Place(waiting=True)


@dataclass(frozen=True)
class Granted:
    """The claim holds; the booth must confirm the lease in `place`."""

    place: Place


@dataclass(frozen=True)
class AlreadyConfirmed:
    """The same doctor has this patient already."""


@dataclass(frozen=True)
class Taken:
    """Another doctor was first."""


@dataclass(frozen=True)
class NotWaiting:
    """Nobody waits there."""


def expired(place: Place, now: float) -> bool:
    """Return whether an unconfirmed lease has run out."""
    lease = place.lease
    return lease is not None and lease.expires_at is not None and lease.expires_at <= now


def claim(
    place: Place, doctor: str, lease: str, now: float
) -> Granted | AlreadyConfirmed | Taken | NotWaiting:
    """Return what `doctor` gets. The same doctor's unconfirmed lease keeps its id, renewed."""
    held = None if expired(place, now) else place.lease
    if held is None:
        if not place.waiting:
            return NotWaiting()
        return Granted(Place(waiting=True, lease=Lease(lease, doctor, now + LEASE_SECONDS)))
    if held.doctor != doctor:
        return Taken()
    if held.confirmed:
        return AlreadyConfirmed()
    return Granted(Place(waiting=True, lease=Lease(held.id, doctor, now + LEASE_SECONDS)))


def confirm(place: Place, lease: str, now: float) -> Place | None:
    """Return the place with its lease confirmed; None: that lease is not (or no longer) offered."""
    held = place.lease
    if held is None or held.id != lease or expired(place, now):
        return None
    return Place(waiting=False, lease=Lease(held.id, held.doctor, None))


def since_kept(first: datetime | None, said: datetime, now: datetime) -> datetime:
    """Return since when a patient waits: the first time said.

    A booth's clock gives nobody a place in the past beyond `LONGEST_WAIT`, nor in the future.
    """
    if first is not None:
        return first
    return said if now - LONGEST_WAIT <= said <= now else now


def queue(waiting: Iterable[tuple[datetime, str]]) -> tuple[str, ...]:
    """Return consultations oldest first, from (since, consultation); equal times by id."""
    return tuple(consultation for _, consultation in sorted(waiting))


def estimate_minutes(
    position: int, doctors_online: int, durations: Sequence[float], default_minutes: int
) -> int | None:
    """Return minutes until the patient at `position` (from 1) is seen; None: nobody can say.

    `durations` in seconds: their median counts once there are `ENOUGH_DURATIONS`.
    """
    if doctors_online < 1:
        return None
    enough = len(durations) >= ENOUGH_DURATIONS
    each = statistics.median(durations) / 60 if enough else float(default_minutes)
    return max(1, math.ceil(each * position / doctors_online))
