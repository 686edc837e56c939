"""What one peer is still to be sent, bounded.

Three kinds, by what may be lost. *Durable* messages and the mark "facts are due" go in order and
never drop: a peer too slow for them is disconnected, and resyncs. Facts themselves are not queued:
they are read from the database as fast as the peer takes them. A *snapshot* (waiting list, queue
state) replaces the one before. *Live* batches: newest wins.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

DURABLE_LIMIT = 256
LIVE_LIMIT = 4

TOO_SLOW = 4002  # close code


@dataclass(frozen=True)
class FactsDue:
    """Facts of `consultation` up to `number` are to be read and sent."""

    consultation: str
    number: int


@dataclass(frozen=True)
class Close:
    """End the connection."""

    code: int
    reason: str


Item = bytes | FactsDue | Close


class Outbox:
    """Filled by anyone in the event loop, emptied by the peer's sender."""

    def __init__(self) -> None:
        self._durable: deque[bytes | FactsDue] = deque()
        self._snapshots: dict[str, bytes] = {}
        self._sent_snapshots: dict[str, bytes] = {}
        self._live: deque[bytes] = deque(maxlen=LIVE_LIMIT)
        self._close: Close | None = None
        self._flush = True
        self._wake = asyncio.Event()
        self.on_close: Callable[[], None] = lambda: None

    def send(self, message: msgspec.Struct) -> None:
        """Queue a durable message; a full queue closes the connection."""
        self._append(msgspec.json.encode(message))

    def facts_due(self, consultation: str, number: int) -> None:
        """Queue the mark that facts up to `number` can be read."""
        last = self._durable[-1] if self._durable else None
        if isinstance(last, FactsDue) and last.consultation == consultation:
            self._durable[-1] = FactsDue(consultation, max(number, last.number))
            return
        self._append(FactsDue(consultation, number))

    def snapshot(self, slot: str, message: msgspec.Struct) -> None:
        """Queue the newest of `slot`, unless it is what the peer has."""
        encoded = msgspec.json.encode(message)
        if self._snapshots.get(slot, self._sent_snapshots.get(slot)) != encoded:
            self._snapshots[slot] = encoded
            self._wake.set()

    def forget_snapshot(self, slot: str) -> None:
        """What the peer has of `slot` no longer counts: the next one is sent whatever it says."""
        self._snapshots.pop(slot, None)
        self._sent_snapshots.pop(slot, None)

    def live(self, encoded: bytes) -> None:
        """Queue a live batch; the oldest goes when there are too many."""
        self._live.append(encoded)
        self._wake.set()

    def close(self, code: int, reason: str, *, flush: bool = False) -> None:
        """End the connection: at once, or (`flush`) after what is queued. The first call counts."""
        if self._close is None:
            self._close = Close(code, reason)
            self._flush = flush
            self.on_close()
        self._wake.set()

    @property
    def closing(self) -> bool:
        """Whether the connection is being ended."""
        return self._close is not None

    async def next(self) -> Item:
        """Return what to send now; wait for it if need be."""
        while True:
            item = self._pop()
            if item is not None:
                return item
            self._wake.clear()
            await self._wake.wait()

    def _pop(self) -> Item | None:
        if self._close is not None and not (self._flush and self._durable):
            return self._close
        if self._durable:
            return self._durable.popleft()
        if self._snapshots:
            slot = next(iter(self._snapshots))
            encoded = self._snapshots.pop(slot)
            self._sent_snapshots[slot] = encoded
            return encoded
        return self._live.popleft() if self._live else None

    def _append(self, item: bytes | FactsDue) -> None:
        if len(self._durable) >= DURABLE_LIMIT:
            self._durable.clear()
            self.close(TOO_SLOW, "too slow: connect again")
            return
        self._durable.append(item)
        self._wake.set()
