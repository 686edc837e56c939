"""From an oximeter's bytes to what a consultation needs. Pure: time is counted in frames.

A session is one attempt, from arming to a value or to giving up. It sees every byte received in
between, and hands all of them on in `Block`s, in order, so that the record holds the very stream.

The value is taken when `steady_seconds` of consecutive, contiguous packets say so; it is the last
packet's SpO2-D and HR-D, so that anyone can compute it again from the raw bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from contracts.measurement import Absence, Absent, Device, Quality
from contracts.screen import ReadyState
from drivers.devices.base import OximeterModel, Range
from drivers.protocols import nonin
from drivers.protocols.nonin import Dropped, Frame, Packet, Perfusion

RATE_HZ = nonin.FRAMES_A_SECOND
BLOCK_BYTES = nonin.FRAMES_A_SECOND * nonin.FRAME_LENGTH  # one second of the line
LIVE_SAMPLES = 3  # 75 a second, three at a time: 25 batches a second
SPO2_SPREAD = 2  # points, over the steady window
PULSE_SPREAD = 8  # /min, over the steady window
# No sign of a finger for this long (and no sensor alarm either): it is out.
NO_SIGN_PACKETS = 3 * nonin.PACKETS_A_SECOND
# A packet with one of these is no part of a value.
_SPOILS = frozenset({Quality.ARTIFACT, Quality.OUT_OF_TRACK})


# --- events ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the instrument could measure now. Sent at each change."""

    state: ReadyState


@dataclass(frozen=True, slots=True)
class Connected:
    """The instrument answers, with valid packets. Sent at each (re)connection and on arming."""

    device: Device


@dataclass(frozen=True, slots=True)
class LiveBatch:
    """Newest samples of the curve, 0..1 of full scale, contiguous. Droppable.

    `start`: index of the first one since arming (a lost frame keeps its index). `spo2` (%) and
    `pulse` (/min) are the instrument's of the moment; None where it gives none.
    """

    start: int
    rate_hz: int
    samples: tuple[float, ...]
    spo2: int | None
    pulse: int | None


@dataclass(frozen=True, slots=True)
class FingerIn:
    """The sensor sees a finger."""


@dataclass(frozen=True, slots=True)
class FingerOut:
    """The sensor no longer sees a finger, or is itself disconnected."""

    reason: Absence


@dataclass(frozen=True, slots=True)
class Signal:
    """What weakens the signal now, and how far (0..1) the steady time is. Droppable."""

    quality: tuple[Quality, ...]
    progress: float


@dataclass(frozen=True, slots=True)
class Block:
    """At most one second of the stream as received, garbled bytes included.

    All blocks of an attempt, `number` 1, 2, 3…, joined, are all that was received since arming.
    `offset`: of `raw` in that stream. `start`: index of its first sample; `samples` 0..1 of full
    scale of the frames that ended in it; `lost`: frames that should have been among them.
    `after_gap`: the line was lost just before: decode anew from here, nothing spans the gap.
    """

    number: int
    offset: int
    raw: bytes
    start: int
    samples: tuple[float, ...]
    lost: int
    after_gap: bool


@dataclass(frozen=True, slots=True)
class Steady:
    """A value. `spo2` in %, `pulse` in /min, as `packet`'s SpO2-D and HR-D say.

    `packet`: offset of its first byte in the stream. `blocks`: numbers of the first and last block
    that hold the steady window; all were given before.
    """

    spo2: Decimal
    pulse: Decimal
    quality: tuple[Quality, ...]
    packet: int
    blocks: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Failed:
    """The attempt ended without a value. `state`: the instrument's then."""

    reason: Absence
    state: ReadyState


@dataclass(frozen=True, slots=True)
class Lost:
    """The instrument went away in mid-attempt; it is being looked for."""


@dataclass(frozen=True, slots=True)
class Back:
    """It is back: the attempt goes on from nothing, never across the gap."""


Event = (
    Readiness
    | Connected
    | LiveBatch
    | FingerIn
    | FingerOut
    | Signal
    | Block
    | Steady
    | Failed
    | Lost
    | Back
)


# --- session ---------------------------------------------------------------------------------


class OximeterSession:
    """One attempt. Feed it what arrives; it answers with events. After a value it takes no more."""

    def __init__(self, model: OximeterModel, steady_seconds: int) -> None:
        self._model = model
        self._needed = steady_seconds * nonin.PACKETS_A_SECOND
        self._stream = nonin.Decoder()
        self._stream_start = 0  # where the decoder's offset 0 lies among all bytes received
        self._block = _OpenBlock(number=1, offset=0, start=0, after_gap=False)
        self._marks: list[tuple[int, int]] = []  # (end offset, number) of the blocks given
        self._live: list[float] = []
        self._window: list[_Good] = []
        self._finger: bool | None = None
        self._without_sign = 0  # packets
        self._absence = Absence.NO_SIGNAL
        self._lost_frames = False  # since the last packet
        self._spo2: int | None = None
        self._pulse: int | None = None
        self._signal = Signal((), 0.0)
        self.done = False

    @property
    def absence(self) -> Absence:
        """Why there is no value, as far as the stream tells."""
        return self._absence

    def feed(self, chunk: bytes) -> list[Event]:
        """Return what `chunk` brings. The bytes after the value's last one are not looked at."""
        events: list[Event] = []
        if self.done:
            return events
        left = memoryview(chunk)
        while left:
            piece = bytes(left[: BLOCK_BYTES - len(self._block.raw)])
            left = left[len(piece) :]
            self._block.raw += piece
            if self._decode(piece, events):
                return events
            if len(self._block.raw) == BLOCK_BYTES:
                self._close_block(events)
        if len(self._live) >= LIVE_SAMPLES:
            self._send_live(events)
        return events

    def gap(self) -> list[Event]:
        """The line was lost. Return the bytes held; nothing will span the gap."""
        events = self.finish()
        self._stream_start = self._block.offset
        self._stream = nonin.Decoder()
        self._block.after_gap = True
        self._live.clear()
        self._window.clear()
        self._spo2 = self._pulse = None
        self._without_sign = 0
        if self._finger:
            events.append(FingerOut(Absence.UNPLUGGED))
        self._finger = None
        self._absence = Absence.UNPLUGGED
        self._tell(events, ())
        return events

    def finish(self) -> list[Event]:
        """Return the last bytes held."""
        events: list[Event] = []
        self._close_block(events)
        return events

    # --- frames

    def _decode(self, piece: bytes, events: list[Event]) -> bool:
        """True when the value was taken: what follows it in `piece` is no part of the attempt."""
        for item in self._stream.feed(piece):
            self._take(item, events)
            if self.done:
                return True
        return False

    def _take(self, item: nonin.Item, events: list[Event]) -> None:
        match item:
            case Frame(pleth=pleth):
                sample = pleth / nonin.PLETH_FULL_SCALE
                self._block.samples.append(sample)
                self._live.append(sample)
            case Dropped():
                self._take_drop(item, events)
            case Packet():
                self._take_packet(item, events)

    def _take_drop(self, drop: Dropped, events: list[Event]) -> None:
        if drop.reason is not nonin.Drop.INCOMPLETE_PACKET:  # its frames were counted already
            # to the nearest frame: a cut one counts, a few bytes of noise do not
            self._block.lost += (drop.length + nonin.FRAME_LENGTH // 2) // nonin.FRAME_LENGTH
            self._live.clear()  # a batch has no hole
        self._window.clear()
        self._spo2 = self._pulse = None
        self._lost_frames = True
        self._tell(events, (Quality.FRAMES_LOST,))

    def _send_live(self, events: list[Event]) -> None:
        start = self._block.next_sample - len(self._live)
        events.append(LiveBatch(start, RATE_HZ, tuple(self._live), self._spo2, self._pulse))
        self._live.clear()

    def _close_block(self, events: list[Event]) -> None:
        block = self._block
        if block.raw:
            events.append(block.close())
            self._marks.append((block.end, block.number))
            self._block = _OpenBlock(
                number=block.number + 1,
                offset=block.end,
                start=block.next_sample,
                after_gap=False,
            )

    # --- packets

    def _take_packet(self, packet: Packet, events: list[Event]) -> None:
        quality = _packet_quality(packet, self._model)
        if self._lost_frames:
            quality.add(Quality.FRAMES_LOST)
            self._lost_frames = False
        spo2 = _within(packet.values.spo2_display, self._model.spo2_range)
        pulse = _within(packet.values.pulse_display, self._model.pulse_range)
        unusable = _unusable(packet)
        self._spo2 = None if unusable else spo2
        self._pulse = None if unusable else pulse
        self._see_finger(packet, events)

        if spo2 is None or pulse is None or unusable or not self._finger or quality & _SPOILS:
            self._window.clear()
        elif not self._extend_window(_Good(packet, spo2, pulse, frozenset(quality))):
            quality.add(Quality.UNSTABLE)
        if self._finger:
            absent = spo2 is None or pulse is None
            self._absence = Absence.NO_SIGNAL if absent else Absence.TIMED_OUT
        self._tell(events, quality)
        if len(self._window) == self._needed:
            self._take_value(events)

    def _see_finger(self, packet: Packet, events: list[Event]) -> None:
        """In or out, from status bits and missing values; never from the waveform."""
        away = _unusable(packet)
        values = packet.values
        sign = (
            not isinstance(values.spo2_display, Absent)
            or not isinstance(values.pulse_display, Absent)
            or any(frame.status.perfusion is not Perfusion.NONE for frame in packet.frames)
        )
        self._without_sign = 0 if sign and away is None else self._without_sign + 1
        if away is None and not sign and self._without_sign >= NO_SIGN_PACKETS:
            away = Absence.NO_FINGER
        if away is not None:
            if self._finger is not False or self._absence is not away:
                events.append(FingerOut(away))
            self._finger = False
            self._absence = away
        elif sign and not self._finger:
            self._finger = True
            events.append(FingerIn())

    def _extend_window(self, good: _Good) -> bool:
        """Add a good packet, and let go of older ones it does not agree with. True: it agrees."""
        window = self._window
        if window and window[-1].packet.end != good.packet.offset:
            window.clear()
        window.append(good)
        before = len(window)
        while (
            _spread(item.spo2 for item in window) > SPO2_SPREAD
            or _spread(item.pulse for item in window) > PULSE_SPREAD
        ):
            del window[0]
        return len(window) == before

    def _tell(self, events: list[Event], quality: Iterable[Quality]) -> None:
        ordered = _ordered(quality)
        signal = Signal(ordered, len(self._window) / self._needed)
        if signal != self._signal:
            self._signal = signal
            events.append(signal)

    def _take_value(self, events: list[Event]) -> None:
        self.done = True
        first, last = self._window[0].packet, self._window[-1]
        # The stream ends with the frame that confirmed the packet.
        end = self._stream_start + last.packet.end + nonin.FRAME_LENGTH
        del self._block.raw[end - self._block.offset :]
        if self._live:
            self._send_live(events)
        self._close_block(events)
        begin = self._stream_start + first.offset
        events.append(
            Steady(
                spo2=Decimal(last.spo2),
                pulse=Decimal(last.pulse),
                quality=_ordered(set().union(*(good.quality for good in self._window))),
                packet=self._stream_start + last.packet.offset,
                blocks=(
                    next(number for block_end, number in self._marks if block_end > begin),
                    self._marks[-1][1],
                ),
            )
        )


@dataclass(frozen=True, slots=True)
class _Good:
    """A packet that may be part of a value."""

    packet: Packet
    spo2: int
    pulse: int
    quality: frozenset[Quality]


class _OpenBlock:
    """The block being filled."""

    def __init__(self, *, number: int, offset: int, start: int, after_gap: bool) -> None:
        self.number = number
        self.offset = offset
        self.start = start
        self.after_gap = after_gap
        self.raw = bytearray()
        self.samples: list[float] = []
        self.lost = 0

    @property
    def end(self) -> int:
        return self.offset + len(self.raw)

    @property
    def next_sample(self) -> int:
        return self.start + len(self.samples) + self.lost

    def close(self) -> Block:
        return Block(
            number=self.number,
            offset=self.offset,
            raw=bytes(self.raw),
            start=self.start,
            samples=tuple(self.samples),
            lost=self.lost,
            after_gap=self.after_gap,
        )


def _within(value: int | Absent, bounds: Range) -> int | None:
    return None if isinstance(value, Absent) or value not in bounds else value


def _unusable(packet: Packet) -> Absence | None:
    """Why the sensor itself calls its data unusable, in any frame of the packet."""
    if any(frame.status.sensor_disconnected for frame in packet.frames):
        return Absence.SENSOR_DISCONNECTED
    if any(frame.status.sensor_alarm for frame in packet.frames):
        return Absence.NO_FINGER
    return None


def _packet_quality(packet: Packet, model: OximeterModel) -> set[Quality]:
    quality: set[Quality] = set()
    for frame in packet.frames:
        status = frame.status
        if status.artifact:
            quality.add(Quality.ARTIFACT)
        if status.out_of_track:
            quality.add(Quality.OUT_OF_TRACK)
        if status.perfusion is Perfusion.RED:
            quality.add(Quality.LOW_PERFUSION)
        elif status.perfusion is Perfusion.YELLOW:
            quality.add(Quality.MARGINAL_PERFUSION)
    values = packet.values
    for value, bounds in (
        (values.spo2_display, model.spo2_accurate),
        (values.pulse_display, model.pulse_accurate),
    ):
        if not isinstance(value, Absent) and value not in bounds:
            quality.add(Quality.IMPLAUSIBLE)
    if model.has_battery and values.low_battery:
        quality.add(Quality.LOW_BATTERY)
    return quality


def _spread(numbers: Iterable[int]) -> int:
    seen = tuple(numbers)
    return max(seen) - min(seen)


def _ordered(quality: Iterable[Quality]) -> tuple[Quality, ...]:
    order = list(Quality)
    return tuple(sorted(quality, key=order.index))
