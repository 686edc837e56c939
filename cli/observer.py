"""An outside observer: hears what the booth tells its touchscreen, and notes what it acknowledged.

A measurement is acknowledged the moment a view calls it recorded. The observer keeps every id,
value and time, in order, whatever happens to the booth afterwards; it reconnects by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import msgspec

from contracts.screen import Call, Measure, MeasurePhase, Measuring, View

LONGEST_LINE = 1 << 20
RETRY = 0.05


@dataclass(frozen=True)
class Acknowledged:
    """A value that a view called recorded. `at`: wall clock, seconds."""

    measurement: str
    quantity: str
    value: str
    unit: str
    at: float


@dataclass
class Observer:
    """Use as `async with Observer(run / "view.sock") as observer`."""

    path: Path
    clock: Callable[[], float] = time.time
    acknowledged: list[Acknowledged] = field(default_factory=list)
    view: View | None = None
    views: int = 0
    connections: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def until(self, reached: Callable[[View], bool], seconds: float) -> View:
        """Return the first view, from now on, that is so. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while self.view is None or not reached(self.view):
                self._changed.clear()
                await self._changed.wait()
        return self.view

    async def _watch(self) -> None:
        while True:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_unix_connection(self.path, limit=LONGEST_LINE)
                self.connections += 1
                try:
                    while line := await reader.readline():
                        self._see(msgspec.json.decode(line, type=View))
                finally:
                    writer.close()
            await asyncio.sleep(RETRY)

    def _see(self, view: View) -> None:
        self.view = view
        self.views += 1
        known = {item.measurement for item in self.acknowledged}
        measuring = _measuring(view)
        if measuring is not None and measuring.phase is MeasurePhase.RECORDED:
            self.acknowledged.extend(
                Acknowledged(
                    shown.measurement,
                    shown.quantity.value,
                    str(shown.value),
                    shown.unit,
                    self.clock(),
                )
                for shown in measuring.values
                if shown.measurement not in known
            )
        self._changed.set()


def _measuring(view: View) -> Measuring | None:
    match view.page:
        case Measure(measuring=measuring) | Call(measuring=measuring):
            return measuring
    return None
