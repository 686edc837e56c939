"""The oximeter against a peer on a real pty, through the real serial transport."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from contracts.measurement import Absence
from contracts.screen import ReadyState
from drivers.devices.nonin_oem3 import NONIN_OEM3
from drivers.devices.oximeter import MOST_DROPPABLE, Heard, Oximeter, Timing
from drivers.devices.oximetry import (
    Back,
    Block,
    Connected,
    Event,
    Failed,
    FingerIn,
    FingerOut,
    LiveBatch,
    Lost,
    Readiness,
    Signal,
    Steady,
)
from drivers.protocols import nonin
from drivers.simulated.faults import (
    Corrupt,
    Delay,
    Duplicate,
    Finger,
    Join,
    Plug,
    Split,
    Truncate,
    Unplug,
    WireFault,
)
from drivers.simulated.nonin import GeneratedPulse
from drivers.simulated.oximeter import Journal, SimulatedOximeter
from drivers.simulated.pty_port import PtyPort
from drivers.transport.serial import SerialPort, SerialSettings
from tests.drivers.support import DEADLINE, ScaledClock, packets_in, until
from tests.mutation import red_under

SPEED = 20
TIMING = Timing(retry=0.02, silent=0.4, absent=0.3)


class Bench:
    def __init__(self, folder: Path, *, give_up: float = 60.0, simulated: bool = True) -> None:
        self.link = folder / "oximeter"
        seed = random.SystemRandom().randrange(10**6)
        drawn = random.Random(seed)
        self.spo2, self.pulse = drawn.randint(80, 100), drawn.randint(40, 230)
        print(f"seed {seed}: {self.spo2} % {self.pulse} /min")
        self.journal = folder / "journal"
        self._journal = Journal(self.journal)
        self.device = SimulatedOximeter(
            GeneratedPulse(self.spo2, self.pulse, seed),
            PtyPort(self.link),
            self._journal,
            finger=lambda: True,
            clock=ScaledClock(SPEED),
        )
        self.booth = Oximeter(
            NONIN_OEM3,
            self.link,
            simulated=simulated,
            steady_seconds=3,
            give_up_seconds=give_up,
            timing=TIMING,
        )
        self.heard: list[Heard] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.plugged: asyncio.Task[None] | None = None

    def plug(self) -> None:
        self.plugged = asyncio.create_task(self.device.run())
        self.tasks.append(self.plugged)

    def listen(self) -> None:
        self.tasks.append(asyncio.create_task(self.booth.run()))

    async def until(self, done: Callable[[Event], bool]) -> Event:
        async with asyncio.timeout(DEADLINE):
            async for heard in self.booth:
                self.heard.append(heard)
                if done(heard.event):
                    return heard.event
        raise AssertionError("unreachable: events have no end")

    async def until_is(self, kind: type[Event]) -> Event:
        return await self.until(lambda event: isinstance(event, kind))

    async def ready(self) -> None:
        await self.until(lambda event: event == Readiness(ReadyState.READY))

    def events(self) -> list[Event]:
        return [heard.event for heard in self.heard]

    def recorded(self) -> bytes:
        return b"".join(event.raw for event in self.events() if isinstance(event, Block))

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        ended = await asyncio.gather(*self.tasks, return_exceptions=True)
        assert all(isinstance(end, asyncio.CancelledError) for end in ended), ended
        self._journal.close()


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    await bench.close()


def said(bench: Bench) -> str:
    return bench.journal.read_text(encoding="utf-8")


def is_value_of(bench: Bench, steady: Event) -> bool:
    return isinstance(steady, Steady) and (int(steady.spo2), int(steady.pulse)) == (
        bench.spo2,
        bench.pulse,
    )


async def measure(bench: Bench) -> Steady:
    bench.plug()
    bench.listen()
    await bench.ready()
    bench.booth.arm(1)
    steady = await bench.until_is(Steady)
    assert isinstance(steady, Steady)
    return steady


async def test_a_value_is_exact_and_recomputed_from_the_blocks(bench: Bench) -> None:
    steady = await measure(bench)
    assert is_value_of(bench, steady)
    stream = bench.recorded()
    (found,) = packets_in(nonin.Decoder().feed(stream[steady.packet :]))
    assert found.values.spo2_display == steady.spo2
    assert found.values.pulse_display == steady.pulse
    # what was recorded is what the device says that it said
    lines = said(bench).split('"hex": "')[1:]
    assert stream in bytes.fromhex("".join(line.split('"')[0] for line in lines))
    assert bench.booth.attempt is None
    assert {heard.attempt for heard in bench.heard if isinstance(heard.event, Block)} == {1}


@red_under(
    "drivers/devices/oximeter.py",
    old="simulated=self._simulated or _is_pseudo_terminal(self._path)",
    new="simulated=self._simulated",
)
async def test_a_simulated_instrument_says_so_even_if_the_configuration_does_not(
    tmp_path: Path,
) -> None:
    bench = Bench(tmp_path, simulated=False)
    bench.plug()
    bench.listen()
    connected = await bench.until_is(Connected)
    assert isinstance(connected, Connected)
    assert connected.device.simulated
    await bench.close()


async def test_while_not_armed_nothing_measured_is_said(bench: Bench) -> None:
    bench.plug()
    bench.listen()
    await bench.ready()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):  # six seconds of the device's time
            await anext(bench.booth)
    assert bench.booth.device is not None
    assert bench.booth.device.simulated
    assert bench.booth.device.firmware == "148"
    assert {type(event) for event in bench.events()} == {Readiness, Connected}


async def test_what_waited_before_arming_is_not_of_this_patient(tmp_path: Path) -> None:
    """Bytes of before, unread in the operating system's buffer when the window opens."""
    port = PtyPort(tmp_path / "oximeter")
    port.plug()
    source = GeneratedPulse(97, 72, seed=1)
    opened: list[SerialPort] = []

    def say(packets: int) -> int:
        frames = [f for _ in range(packets) for f in source.next(finger=True).frames]
        return port.write(b"".join(frame.to_bytes() for frame in frames))

    def open_port(path: Path, line: SerialSettings) -> SerialPort:
        opened.append(SerialPort.open(path, line))
        return opened[-1]

    booth = Oximeter(
        NONIN_OEM3,
        tmp_path / "oximeter",
        simulated=True,
        steady_seconds=3,
        give_up_seconds=60,
        timing=TIMING,
        open_port=open_port,
    )
    running = asyncio.create_task(booth.run())
    await until(lambda: bool(opened))
    await until(lambda: bool(say(1)) and booth.readiness is ReadyState.READY)
    waiting = opened[0]._port.in_waiting + 12 * 125
    assert say(12) == 12 * 125, "enough for a value"
    deadline = time.monotonic() + DEADLINE
    while opened[0]._port.in_waiting < waiting and time.monotonic() < deadline:
        pass  # not awaited: the booth must not read these before it is armed
    assert opened[0]._port.in_waiting >= waiting
    booth.arm(1)
    assert say(3) == 3 * 125
    events: list[Event] = []
    while not any(isinstance(event, Signal) and event.progress for event in events):
        events.append((await asyncio.wait_for(anext(booth), DEADLINE)).event)
    booth.disarm()
    while not isinstance(events[-1], Block):
        events.append((await asyncio.wait_for(anext(booth), DEADLINE)).event)
    held = b"".join(event.raw for event in events if isinstance(event, Block))
    assert len(held) <= 3 * 125
    assert not any(isinstance(event, Steady) for event in events)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    port.unplug()


@pytest.mark.parametrize(
    "fault",
    [
        Split(frames=500),
        Join(frames=40),
        Duplicate(),
        Truncate(keep=3),
        Truncate(keep=0),
        Corrupt(byte=3, mask=64),
        Corrupt(byte=0, mask=255),
        Delay(seconds=3),
    ],
    ids=str,
)
async def test_a_fault_on_the_wire_never_changes_the_value(bench: Bench, fault: WireFault) -> None:
    bench.plug()
    bench.listen()
    await bench.ready()
    bench.booth.arm(1)
    await bench.until(lambda event: isinstance(event, Signal) and event.progress > 0.4)
    bench.device.apply(fault)
    assert is_value_of(bench, await bench.until_is(Steady))
    progress = [event.progress for event in bench.events() if isinstance(event, Signal)]
    harmless = isinstance(fault, Split | Join | Delay)
    assert (progress == sorted(progress)) is harmless, "what loses a frame restarts the window"
    decoded = nonin.Decoder()
    assert len(packets_in(decoded.feed(bench.recorded()))) >= 9
    assert bool(decoded.dropped) is not harmless, "the record holds what was garbled"


async def test_unplugged_in_mid_frame_then_replugged(bench: Bench) -> None:
    bench.plug()
    bench.listen()
    await bench.ready()
    bench.booth.arm(7)
    await bench.until(lambda event: isinstance(event, Signal) and event.progress > 0.4)
    bench.device.apply(Unplug())
    await bench.until_is(Lost)
    assert bench.booth.readiness is not ReadyState.READY
    before = bench.recorded()
    bench.device.apply(Plug())
    await bench.until_is(Back)
    steady = await bench.until_is(Steady)
    assert is_value_of(bench, steady)
    assert isinstance(steady, Steady)
    assert steady.packet >= len(before), "the window began again after the gap"
    blocks = [event for event in bench.events() if isinstance(event, Block)]
    assert [block.offset for block in blocks if block.after_gap] == [len(before)]
    assert [block.number for block in blocks] == list(range(1, len(blocks) + 1))
    fell = [event.progress for event in bench.events() if isinstance(event, Signal)]
    assert fell != sorted(fell)


async def test_unplugged_for_good_is_a_failure_that_says_so(tmp_path: Path) -> None:
    bench = Bench(tmp_path, give_up=0.8)
    bench.plug()
    bench.listen()
    await bench.ready()
    bench.booth.arm(1)
    await bench.until_is(FingerIn)
    bench.device.apply(Unplug())
    failed = await bench.until_is(Failed)
    assert failed == Failed(Absence.UNPLUGGED, ReadyState.ABSENT)
    assert bench.booth.attempt is None
    await bench.close()


async def test_no_finger_is_a_failure_that_says_so(tmp_path: Path) -> None:
    bench = Bench(tmp_path, give_up=0.4)
    bench.device.apply(Finger(inside=False))
    bench.plug()
    bench.listen()
    await bench.ready()
    bench.booth.arm(1)
    failed = await bench.until_is(Failed)
    assert failed == Failed(Absence.NO_FINGER, ReadyState.READY)
    assert FingerOut(Absence.NO_FINGER) in bench.events()
    assert bench.recorded(), "what was heard meanwhile is recorded all the same"
    await bench.close()


async def test_a_missing_port_is_found_when_it_appears(bench: Bench) -> None:
    bench.listen()
    await bench.until(lambda event: event == Readiness(ReadyState.ABSENT))
    bench.plug()
    await bench.ready()


async def test_arming_without_an_instrument_fails_soon(bench: Bench) -> None:
    bench.listen()
    await bench.until(lambda event: event == Readiness(ReadyState.ABSENT))
    bench.booth.arm(1)
    failed = await bench.until_is(Failed)
    assert failed == Failed(Absence.DEVICE_ABSENT, ReadyState.ABSENT)


async def test_a_busy_port_is_told_from_a_missing_one(bench: Bench) -> None:
    bench.plug()
    await until(bench.link.exists)
    other = SerialPort.open(bench.link, SerialSettings())
    bench.listen()
    await bench.until(lambda event: event == Readiness(ReadyState.BUSY))
    bench.booth.arm(1)
    failed = await bench.until_is(Failed)
    assert failed == Failed(Absence.DEVICE_ABSENT, ReadyState.BUSY)
    other.close()
    await bench.ready()


async def test_a_port_that_is_no_port_is_a_fault(bench: Bench) -> None:
    bench.link.write_bytes(b"")
    bench.listen()
    await bench.until(lambda event: event == Readiness(ReadyState.FAULT))


@pytest.mark.parametrize("noise", [b"", b"\x55" * 40], ids=["silence", "garbage"])
async def test_a_port_that_opens_is_not_ready_until_valid_packets_come(
    bench: Bench, noise: bytes
) -> None:
    port = PtyPort(bench.link)
    port.plug()
    bench.listen()

    async def chatter() -> None:
        while True:
            port.write(noise)
            await asyncio.sleep(0.01)

    talking = asyncio.create_task(chatter())
    await bench.until(lambda event: event == Readiness(ReadyState.FAULT))
    assert not any(isinstance(event, Connected) for event in bench.events())
    assert Readiness(ReadyState.READY) not in bench.events()
    talking.cancel()
    await asyncio.gather(talking, return_exceptions=True)
    port.unplug()


async def test_a_device_that_falls_silent_is_lost_and_comes_back(bench: Bench) -> None:
    bench.plug()
    bench.listen()
    await bench.ready()
    bench.booth.arm(1)
    await bench.until_is(FingerIn)
    bench.device.apply(Delay(seconds=1.0 * SPEED))
    await bench.until_is(Lost)
    assert bench.booth.device is None
    await bench.until(lambda event: event == Readiness(ReadyState.FAULT))
    await bench.until_is(Back)
    assert is_value_of(bench, await bench.until_is(Steady))


async def test_disarmed_it_says_its_last_bytes_then_nothing(bench: Bench) -> None:
    bench.plug()
    bench.listen()
    await bench.ready()
    bench.booth.arm(1)
    await bench.until_is(Signal)
    bench.booth.disarm()
    bench.booth.arm(2)
    await bench.until_is(Steady)
    first = [h.event for h in bench.heard if h.attempt == 1 and isinstance(h.event, Block)]
    second = [h.event for h in bench.heard if h.attempt == 2 and isinstance(h.event, Block)]
    assert first
    assert second[0].number == 1
    assert second[0].offset == 0


async def test_a_slow_reader_loses_live_batches_and_nothing_else(bench: Bench) -> None:
    bench.plug()
    bench.listen()
    await bench.ready()
    bench.booth.arm(1)
    await until(lambda: bench.booth.attempt is None)
    await bench.until_is(Steady)
    events = bench.events()
    assert sum(isinstance(event, LiveBatch | Signal) for event in events) <= MOST_DROPPABLE
    stream = bench.recorded()
    blocks = [event for event in events if isinstance(event, Block)]
    assert [block.number for block in blocks] == list(range(1, len(blocks) + 1))
    assert len(stream) >= 9 * 125


async def test_the_log_says_loss_and_return_once_and_no_value(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    bench.spo2 = 97
    bench.plug()
    bench.listen()
    await bench.ready()
    bench.booth.arm(1)
    await bench.until_is(FingerIn)
    bench.device.apply(Unplug())
    await bench.until_is(Lost)
    await until(lambda: bench.booth.readiness is ReadyState.ABSENT)
    bench.device.apply(Plug())
    await bench.until_is(Steady)
    messages = [record.getMessage() for record in caplog.records]
    assert sum(message.startswith("oximeter_lost ") for message in messages) == 1
    assert sum(message.startswith("oximeter_connected ") for message in messages) == 2


async def test_a_booth_that_was_held_up_does_not_blame_the_instrument(bench: Bench) -> None:
    bench.plug()
    bench.listen()
    await bench.ready()
    bench.booth.arm(1)
    await bench.until_is(FingerIn)
    held_until = time.monotonic() + TIMING.silent * 1.2
    while time.monotonic() < held_until:
        pass  # the whole process stands still, and the line's bytes wait
    await bench.until_is(Steady)
    assert not any(isinstance(event, Lost) for event in bench.events())
