"""The oximeter of this booth: finds its port, tests it, and measures while armed.

Bytes are only handed on while armed, and only those that arrived after arming: this instrument has
no clock, so the booth must have seen the measurement happen.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from config.schemas import Oximeter as OximeterConfig
from contracts.measurement import Absence, Device
from contracts.screen import ReadyState
from drivers.devices import catalogue
from drivers.devices.base import OximeterModel
from drivers.devices.oximetry import (
    Back,
    Connected,
    Event,
    Failed,
    LiveBatch,
    Lost,
    OximeterSession,
    Readiness,
    Signal,
)
from drivers.protocols import nonin
from drivers.transport.serial import (
    PortBusy,
    PortError,
    PortLost,
    PortMissing,
    SerialPort,
    SerialSettings,
)

log = logging.getLogger(__name__)

DROPPABLE = (LiveBatch, Signal)
MOST_DROPPABLE = 25  # a second of live batches: who reads later wants the newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds."""

    retry: float = 0.5  # between two looks at an absent port
    silent: float = 2.0  # no valid packet for so long: six were due
    absent: float = 5.0  # armed with no instrument there: give up, the welcome page said so


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard, and in which attempt; None outside of any."""

    attempt: int | None
    event: Event


class Port(Protocol):
    """What is needed of a transport."""

    async def read(self) -> bytes:
        """Return at least one byte. Raises `PortLost`."""

    def discard_input(self) -> None:
        """Throw away what arrived unread. Raises `PortLost`."""

    def close(self) -> None:
        """Let go of it."""


class Oximeter:
    """Runs for the life of a consultation process.

    `run()` is a task; events are read with `async for heard in oximeter`, by one reader. Blocks,
    values, failures, loss and return are never dropped; live batches and signals are, oldest first.
    """

    def __init__(
        self,
        model: OximeterModel,
        path: Path,
        *,
        simulated: bool,
        steady_seconds: int,
        give_up_seconds: float,
        timing: Timing | None = None,
        open_port: Callable[[Path, SerialSettings], Port] = SerialPort.open,
    ) -> None:
        self._model = model
        self._path = path
        self._simulated = simulated
        self._steady_seconds = steady_seconds
        self._give_up_seconds = give_up_seconds
        self._timing = timing or Timing()
        self._open_port = open_port
        self._port: Port | None = None
        self._state = ReadyState.CHECKING
        self._device: Device | None = None
        self._session: OximeterSession | None = None
        self._attempt: int | None = None
        self._was_lost = False  # in this attempt, and not back yet
        self._was_connected = False  # in this attempt
        self._timers: list[asyncio.TimerHandle] = []
        self._events = _EventQueue()

    @classmethod
    def from_config(cls, config: OximeterConfig) -> Oximeter:
        """Return the oximeter of `booth.toml`. Raises `UnknownDevice`."""
        return cls(
            catalogue.oximeter(config.device),
            config.port,
            simulated=config.simulated,
            steady_seconds=config.steady_seconds,
            give_up_seconds=config.give_up_seconds,
        )

    @property
    def model(self) -> OximeterModel:
        """What it is: protocol and decoder for the provenance, advice for the screen."""
        return self._model

    @property
    def readiness(self) -> ReadyState:
        """READY: the port opened and valid packets arrive. Otherwise what stands in the way."""
        return self._state

    @property
    def device(self) -> Device | None:
        """What answered; None while nothing does."""
        return self._device

    @property
    def attempt(self) -> int | None:
        """The attempt under way."""
        return self._attempt

    def arm(self, attempt: int) -> None:
        """Begin `attempt`; one under way is disarmed first. Needs a running event loop.

        Ends by itself with `Steady` or `Failed`. What waited unread is thrown away.
        """
        self.disarm()
        if self._port is not None:
            try:
                self._port.discard_input()
            except PortLost as error:
                # the reading task meets the same end and reports it
                log.info("oximeter_lost_at_arming port=%s what=%s", error.on, error.what)
        self._session = OximeterSession(self._model, self._steady_seconds)
        self._attempt = attempt
        self._was_lost = False
        self._was_connected = self._device is not None
        loop = asyncio.get_running_loop()
        self._timers = [
            loop.call_later(self._give_up_seconds, self._give_up),
            loop.call_later(self._timing.absent, self._give_up_if_absent),
        ]
        if self._device is not None:
            self._say(Connected(self._device))

    def disarm(self) -> None:
        """End the attempt, if there is one: its last bytes come as a `Block`, then nothing more."""
        if self._session is not None:
            self._emit(self._session.finish())
        self._end_attempt()

    def __aiter__(self) -> AsyncIterator[Heard]:
        """Return what is heard, without end."""
        return self

    async def __anext__(self) -> Heard:
        """Return the next thing heard."""
        return await self._events.get()

    async def run(self) -> None:
        """Look for the port, test it, listen; again and again until cancelled."""
        try:
            while True:
                await self._connect()
                await asyncio.sleep(self._timing.retry)
        finally:
            self._end_attempt()

    # --- the port

    async def _connect(self) -> None:
        try:
            self._port = self._open_port(self._path, self._model.settings)
        except PortMissing:
            self._become(ReadyState.ABSENT)
            return
        except PortBusy:
            self._become(ReadyState.BUSY)
            return
        except PortError as error:
            if self._state is not ReadyState.FAULT:
                log.warning("oximeter_port_unusable port=%s what=%s", error.on, error.what)
            self._become(ReadyState.FAULT)
            return
        try:
            await self._listen(self._port)
        except PortLost as error:
            log.warning("oximeter_lost port=%s what=%s", error.on, error.what)
            self._disconnected()
            self._become(ReadyState.ABSENT)
        finally:
            self._port.close()
            self._port = None

    async def _listen(self, port: Port) -> None:
        """Read until the port is lost. A line without valid packets is a fault, not a loss."""
        self._become(ReadyState.CHECKING)
        monitor = nonin.Decoder()
        silence = _Silence(self._timing.silent, asyncio.get_running_loop().time)
        while True:
            try:
                async with asyncio.timeout(silence.next_wait()):
                    chunk = await port.read()
            except TimeoutError:
                chunk = b""
            silence.received(len(chunk))
            for item in monitor.feed(chunk):
                if isinstance(item, nonin.Packet):
                    silence.broken()
                    self._heard(item)
            if self._session is not None and chunk:
                self._emit(self._session.feed(chunk))
                if self._session.done:
                    self._end_attempt()
            if silence.is_proven():
                silence.broken()
                if self._state is not ReadyState.FAULT:
                    log.warning("oximeter_silent port=%s dropped=%s", self._path, _counts(monitor))
                self._disconnected()
                self._become(ReadyState.FAULT)

    def _heard(self, packet: nonin.Packet) -> None:
        """A valid packet: the instrument is there, and its sensor too unless it says otherwise."""
        if self._device is None:
            self._device = self._model.describe(
                simulated=self._simulated or _is_pseudo_terminal(self._path),
                firmware=str(packet.values.firmware),
            )
            log.info("oximeter_connected port=%s", self._path)
            self._say(Connected(self._device))
            self._was_connected = True
            if self._session is not None and self._was_lost:
                self._was_lost = False
                self._say(Back())
        sensor = any(frame.status.sensor_disconnected for frame in packet.frames)
        self._become(ReadyState.FAULT if sensor else ReadyState.READY)

    def _disconnected(self) -> None:
        """Nothing is there any more; an attempt waits for it to come back."""
        had, self._device = self._device, None
        if self._session is None:
            return
        self._emit(self._session.gap())
        if had is not None:
            self._was_lost = True
            self._say(Lost())

    # --- the attempt

    def _emit(self, events: list[Event]) -> None:
        for event in events:
            self._say(event)

    def _say(self, event: Event) -> None:
        self._events.put(Heard(self._attempt, event))

    def _give_up_if_absent(self) -> None:
        if not self._was_connected:
            self._give_up()

    def _give_up(self) -> None:
        session = self._session
        if session is None:
            return
        self._emit(session.finish())
        if self._was_lost:
            reason = Absence.UNPLUGGED
        elif self._device is None:
            reason = Absence.DEVICE_ABSENT
        else:
            reason = session.absence
        self._say(Failed(reason, self._state))
        self._end_attempt()

    def _end_attempt(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers = []
        self._session = None
        self._attempt = None

    def _become(self, state: ReadyState) -> None:
        if state is not self._state:
            self._state = state
            log.info("oximeter_state port=%s state=%s", self._path, state.value)
            self._say(Readiness(state))


class _Silence:
    """Whether no valid packet comes for too long, for which time alone is no proof: this process
    may have been held up, with the bytes waiting. So: two waits in vain, or bytes without a packet.
    """

    def __init__(self, limit: float, now: Callable[[], float]) -> None:
        self._limit = limit
        self._now = now
        self.broken()

    def broken(self) -> None:
        """A packet came, or all begins again."""
        self._since = self._now()
        self._waits = 0
        self._useless = 0

    def next_wait(self) -> float:
        """Return how many seconds to wait for bytes."""
        return max(self._since + self._limit - self._now(), self._limit / 4)

    def received(self, count: int) -> None:
        """`count` bytes came; 0 after a wait in vain."""
        self._waits += count == 0
        self._useless += count

    def is_proven(self) -> bool:
        """Whether it is long enough, and nobody else's doing."""
        return self._now() - self._since >= self._limit and (
            self._waits > 1 or self._useless > 2 * nonin.PACKET_LENGTH
        )


class _EventQueue:
    """In order. Bounded: droppable events are few, and an unread readiness yields to a newer one;
    blocks come once a second, and only while an attempt lasts.
    """

    def __init__(self) -> None:
        self._waiting: deque[Heard] = deque()
        self._filled = asyncio.Event()

    def put(self, heard: Heard) -> None:
        event = heard.event
        if isinstance(event, DROPPABLE):
            droppable = [other for other in self._waiting if isinstance(other.event, DROPPABLE)]
            if len(droppable) >= MOST_DROPPABLE:
                self._waiting.remove(droppable[0])
        elif isinstance(event, Readiness):
            for other in [item for item in self._waiting if isinstance(item.event, Readiness)]:
                self._waiting.remove(other)
        elif isinstance(event, Connected) and heard.attempt is None:
            for other in [item for item in self._waiting if item == heard]:
                self._waiting.remove(other)
        self._waiting.append(heard)
        self._filled.set()

    async def get(self) -> Heard:
        while not self._waiting:
            self._filled.clear()
            await self._filled.wait()
        return self._waiting.popleft()


def _is_pseudo_terminal(path: Path) -> bool:
    """Whether a program is at the other end: whatever the configuration says, it is simulated."""
    return path.resolve().is_relative_to("/dev/pts")


def _counts(decoder: nonin.Decoder) -> str:
    return ",".join(f"{drop.name.lower()}:{count}" for drop, count in decoder.dropped.items())
