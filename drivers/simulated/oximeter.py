"""A simulated oximeter on a port: says packet after packet in real time, and journals what it says.

The journal is written before the wire: what a fault alters on the wire, the journal does not know.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from contracts.measurement import Absent
from drivers.protocols import nonin
from drivers.protocols.nonin import Packet
from drivers.simulated.faults import (
    Command,
    CommandRefused,
    Delay,
    Finger,
    Plug,
    SetValues,
    Unplug,
    Wire,
)
from drivers.simulated.nonin import GeneratedPulse, Source
from drivers.simulated.pty_port import PtyPort

FRAME_SECONDS = 1 / nonin.FRAMES_A_SECOND
PIECE_SECONDS = 0.002  # between two pieces of a split frame: two bytes' time at 9600 baud
LATE_SECONDS = 10.0  # further behind than this (a machine asleep), what was due is forgotten


class Clock(Protocol):
    """Time as it passes here."""

    def now(self) -> float:
        """Return seconds, monotonic."""

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""


class RealClock:
    """The machine's."""

    def now(self) -> float:
        """Return seconds, monotonic."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        await asyncio.sleep(seconds)


class Journal:
    """JSON lines of all that was said, each on disk's way before the wire. `path` None: nowhere.

    Each has `at`, the wall clock's seconds when it was about to be said.
    `{"kind": "packet", "offset", "hex", "spo2", "pulse", "finger"}`: `offset` of its first byte in
    all that was said; values null where the packet says that there is none.
    `{"kind": "plugged" | "unplugged", "offset"}`: bytes said when it happened; a packet cut short
    was journaled whole, and the next one's offset says where it was cut.
    """

    def __init__(self, path: Path | None, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._file = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("w", encoding="utf-8")
        self.entries = 0

    def write(self, kind: str, **fields: Any) -> None:
        """Add a line."""
        self.entries += 1
        if self._file is not None:
            self._file.write(json.dumps({"kind": kind, "at": self._now(), **fields}) + "\n")
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


class SimulatedOximeter:
    """`finger`: whether one is in, asked before each packet, unless a command says otherwise."""

    def __init__(
        self,
        source: Source,
        port: PtyPort,
        journal: Journal,
        *,
        finger: Callable[[], bool],
        clock: Clock | None = None,
    ) -> None:
        self._source = source
        self._port = port
        self._journal = journal
        self._finger = finger
        self._clock = clock or RealClock()
        self._wire = Wire()
        self._told_finger: bool | None = None
        self._delay = 0.0
        self._unplug = False
        self._plugged = asyncio.Event()
        self._said = 0  # bytes journaled

    def apply(self, command: Command) -> None:
        """Do what `command` says. Raises CommandRefused where this source cannot."""
        match command:
            case SetValues(spo2=spo2, pulse_rate=pulse_rate):
                if not isinstance(self._source, GeneratedPulse):
                    raise CommandRefused(
                        "the values of a capture cannot be set",
                        "simulated oximeter",
                        "Leave `capture` out of simulator.toml.",
                    )
                self._source.spo2 = self._source.spo2 if spo2 is None else spo2
                if pulse_rate is not None:
                    self._source.pulse_rate = pulse_rate
            case Finger(inside=inside):
                self._told_finger = inside
            case Delay(seconds=seconds):
                self._delay += seconds
            case Unplug():
                self._unplug = True
            case Plug():
                self._plug()
            case _:
                self._wire.add(command)

    async def run(self) -> None:
        """Plug in, and speak until cancelled; then unplug."""
        self._plug()
        try:
            while True:
                await self._speak()
                await self._plugged.wait()
        finally:
            self._port.unplug()

    async def _speak(self) -> None:
        """Say packets until unplugged."""
        due = self._clock.now()
        while True:
            inside = self._finger() if self._told_finger is None else self._told_finger
            packet = self._source.next(finger=inside)
            self._note(packet, finger=inside)
            for frame in packet.frames:
                due = max(due + FRAME_SECONDS, self._clock.now() - LATE_SECONDS)
                await self._clock.sleep(max(0.0, due - self._clock.now()))
                if self._delay:
                    delay, self._delay = self._delay, 0.0
                    await self._clock.sleep(delay)
                data = frame.to_bytes()
                if self._unplug:
                    self._pull_out(data)
                    return
                self._said += len(data)
                for number, piece in enumerate(self._wire.carry(data)):
                    if number:
                        await self._clock.sleep(PIECE_SECONDS)
                    self._port.write(piece)

    def _note(self, packet: Packet, *, finger: bool) -> None:
        values = packet.values
        self._journal.write(
            "packet",
            offset=self._said,
            hex=b"".join(frame.to_bytes() for frame in packet.frames).hex(),
            spo2=_number(values.spo2_display),
            pulse=_number(values.pulse_display),
            finger=finger,
        )

    def _plug(self) -> None:
        if not self._port.plugged:
            self._port.plug()
            self._journal.write("plugged", offset=self._said)
            self._plugged.set()

    def _pull_out(self, frame: bytes) -> None:
        self._unplug = False
        self._port.write(frame[:2])
        self._said += 2
        self._port.unplug()
        self._plugged.clear()
        self._journal.write("unplugged", offset=self._said)


def _number(value: int | Absent) -> int | None:
    return None if isinstance(value, Absent) else value
