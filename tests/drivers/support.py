"""What the drivers' tests share: packets to order, captured bytes, and time that passes faster."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from contracts.measurement import Absence, Absent
from drivers.protocols import nonin
from drivers.protocols.nonin import Frame, Packet, Status, Values

VECTORS = Path(__file__).parent.parent / "vectors" / "device_vectors.json"
DEADLINE = 20
MISSING = Absent(Absence.NO_SIGNAL)
NO_FINGER = Status(sensor_alarm=True, out_of_track=True)


def vectors(protocol: str) -> list[dict[str, Any]]:
    found = json.loads(VECTORS.read_text(encoding="utf-8"))
    return [vector for vector in found if vector["protocol"] == protocol]


def capture() -> bytes:
    """Bytes of a real OEM III: 30 frames, one complete packet."""
    (vector,) = (v for v in vectors("nonin-df2") if v["kind"] == "capture")
    return bytes.fromhex(vector["hex"])


def values(spo2: int | Absent = 97, pulse: int | Absent = 72, **others: Any) -> Values:
    every: dict[str, Any] = {
        "pulse": pulse,
        "spo2": spo2,
        "firmware": 148,
        "timer": 0,
        "status2": 0,
        "spo2_display": spo2,
        "spo2_fast": spo2,
        "spo2_beat": spo2,
        "extended_pulse": pulse,
        "extended_spo2": spo2,
        "extended_spo2_display": spo2,
        "pulse_display": pulse,
        "extended_pulse_display": pulse,
    }
    return Values(**(every | others))


def packet(
    coded: Values | None = None,
    *,
    status: Status | None = None,
    special: dict[int, Status] | None = None,
    pleth: int = 100,
) -> bytes:
    """A packet's bytes. `special`: the status of some frames, by index."""
    numbers = (coded or values()).to_bytes()
    frames = []
    for index, number in enumerate(numbers):
        flags = (special or {}).get(index, status or Status())
        frames.append(Frame(replace(flags, sync=index == 0), pleth, number).to_bytes())
    return b"".join(frames)


def packets_in(items: list[nonin.Item]) -> list[Packet]:
    return [item for item in items if isinstance(item, Packet)]


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what gives no event of its own: a file, another process, a public property."""
    async with asyncio.timeout(DEADLINE):
        while not condition():  # noqa: ASYNC110  there is nothing else to await, see above
            await asyncio.sleep(0.005)


class ScaledClock:
    """Time passes `speed` times faster."""

    def __init__(self, speed: float) -> None:
        self.speed = speed

    def now(self) -> float:
        return time.monotonic() * self.speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)
