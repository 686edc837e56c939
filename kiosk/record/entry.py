"""A line of the event log, with no way to reach a disk: what projections are functions of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiosk.record.events import LogEvent


@dataclass(frozen=True)
class Entry:
    """One committed event. `raw`: the device bytes beside it, or None."""

    seq: int
    id: str
    utc: datetime
    monotonic_ns: int
    event: LogEvent
    raw: bytes | None = None


@dataclass(frozen=True)
class New:
    """An event to append. `id` None: one is made."""

    event: LogEvent
    raw: bytes | None = None
    id: str | None = None
