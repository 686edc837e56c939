"""The log of one finished consultation, as documents ask about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar
from uuid import UUID, uuid5

from kiosk.documents.errors import DocumentError
from kiosk.record.entry import Entry
from kiosk.record.events import Closed, LogEvent, Opened

E = TypeVar("E")

# Fixed for ever: ids of resources that are no event of their own are derived in it.
_NAMESPACE = UUID("6f1d8a3e-2f0b-5c55-9a86-0d5c5f0f7b1e")


@dataclass(frozen=True)
class Logged(Generic[E]):
    """An event with what its entry says: `id` a lower-case UUID, `at` in UTC."""

    id: str
    at: datetime
    event: E


class History:
    """Entries from `Opened` to `Closed`. Raises DocumentError when they are not that."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        if not entries or not isinstance(entries[0].event, Opened):
            raise DocumentError("the log does not begin with the opening of a consultation")
        if not isinstance(entries[-1].event, Closed):
            raise DocumentError("the log does not end with the closing of the consultation")
        for kind in (Opened, Closed):
            if sum(isinstance(entry.event, kind) for entry in entries) != 1:
                raise DocumentError(f"the log says {kind.__name__} more than once")
        if [entry.seq for entry in entries] != list(range(1, len(entries) + 1)):
            raise DocumentError("an entry of the log is missing or out of order")
        self._logged: tuple[Logged[LogEvent], ...] = tuple(
            Logged(_uuid(entry.id, entry.seq), entry.utc.astimezone(UTC), entry.event)
            for entry in entries
        )
        (self.opened,) = self.every(Opened)
        (self.closed,) = self.every(Closed)
        self.consultation = _uuid(self.opened.event.consultation, 1)

    @property
    def logged(self) -> tuple[Logged[LogEvent], ...]:
        """All events, in order."""
        return self._logged

    def every(self, kind: type[E]) -> tuple[Logged[E], ...]:
        """The events of a kind, in order."""
        return tuple(
            Logged(logged.id, logged.at, logged.event)
            for logged in self._logged
            if isinstance(logged.event, kind)
        )

    def last(self, kind: type[E]) -> Logged[E] | None:
        """The latest event of a kind: what a patient who went back finally said."""
        found = self.every(kind)
        return found[-1] if found else None

    def derived(self, *path: str) -> str:
        """A UUID that depends on the consultation and `path` only."""
        return str(uuid5(_NAMESPACE, "/".join((self.consultation, *path))))


def _uuid(text: str, seq: int) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise DocumentError(f"entry {seq} of the log has an id that is not a UUID") from None
