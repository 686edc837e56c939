"""Nonin serial data format 2 (OEM III module specification, "Serial data format #2").

Frame: 0x01, STATUS, PLETH, VALUE, CHECKSUM (sum of the first four, modulo 256).
25 frames make a packet, 125 contiguous bytes; STATUS bit 0 (SYNC) marks its first frame.
75 frames a second, three packets.

STATUS: bit 7 always set, 6 SNSD, 5 ARTF, 4 OOT, 3 SNSA, 2 RPRF, 1 GPRF (both: yellow), 0 SYNC.
VALUE, by frame of the packet: 1-2 HR, 3 SpO2, 4 SREV, 6-7 TMR, 8 STAT2, 9 SpO2-D, 10 SpO2 Fast,
11 SpO2 B-B, 14-15 E-HR, 16 E-SpO2, 17 E-SpO2-D, 20-21 HR-D, 22-23 E-HR-D; the others are reserved.
Pulse rates and TMR lie over two bytes of seven bits: HR MSB holds bits 8-7, HR LSB bits 6-0.

"-D" values are those formatted for display (averaged, slower); the others are for recording.
STAT2 bit 5 is SPA (SmartPoint: a high quality measurement). STAT2 bit 0 is LOW BAT in the
battery-powered siblings that speak this format (WristOx2 3150); on an OEM III it is reserved.
"""

from __future__ import annotations

import enum
from collections import Counter
from dataclasses import dataclass

from contracts.measurement import Absence, Absent

PROTOCOL = "nonin-df2"
DECODER = "nonin-df2/1"  # goes with every value: which decoder read it

START = 0x01
FRAME_LENGTH = 5
FRAMES_A_PACKET = 25
PACKET_LENGTH = FRAME_LENGTH * FRAMES_A_PACKET
FRAMES_A_SECOND = 75
PACKETS_A_SECOND = 3
MISSING_PULSE = 511  # all nine bits set: no usable pulse
MISSING_SPO2 = 127
PLETH_FULL_SCALE = 255

_ALWAYS_SET = 0x80  # in STATUS
_NEVER_SET = 0x80  # in a VALUE byte that carries a number
_SNSD, _ARTF, _OOT, _SNSA, _RPRF, _GPRF, _SYNC = 0x40, 0x20, 0x10, 0x08, 0x04, 0x02, 0x01
_SPA, _LOW_BATTERY = 0x20, 0x01
_GARBAGE_RUN = PACKET_LENGTH  # longer garbage is reported in pieces of this size


class FrameError(ValueError):
    """These bytes are not a frame."""


class Perfusion(enum.Enum):
    """Amplitude of the pulse, told during the 12 frames of each pulse."""

    NONE = 0  # not during a pulse: nothing said
    GREEN = _GPRF  # high
    RED = _RPRF  # low or no pulse signal
    YELLOW = _RPRF | _GPRF  # low or marginal


@dataclass(frozen=True, slots=True)
class Status:
    """The STATUS byte."""

    sensor_disconnected: bool = False  # SNSD: no sensor, or a dead one
    artifact: bool = False  # ARTF: a detected pulse did not match the current interval
    out_of_track: bool = False  # OOT: no consecutive good pulse signals
    sensor_alarm: bool = False  # SNSA: unusable data; set when the finger is removed
    perfusion: Perfusion = Perfusion.NONE
    sync: bool = False  # first frame of a packet

    @classmethod
    def from_byte(cls, byte: int) -> Status:
        """Return the flags. Raises `FrameError` when bit 7, always set, is not."""
        if not byte & _ALWAYS_SET:
            raise FrameError(f"status 0x{byte:02x} has bit 7 clear")
        return cls(
            sensor_disconnected=bool(byte & _SNSD),
            artifact=bool(byte & _ARTF),
            out_of_track=bool(byte & _OOT),
            sensor_alarm=bool(byte & _SNSA),
            perfusion=Perfusion(byte & (_RPRF | _GPRF)),
            sync=bool(byte & _SYNC),
        )

    def to_byte(self) -> int:
        """Return the STATUS byte."""
        return (
            _ALWAYS_SET
            | self.sensor_disconnected * _SNSD
            | self.artifact * _ARTF
            | self.out_of_track * _OOT
            | self.sensor_alarm * _SNSA
            | self.perfusion.value
            | self.sync * _SYNC
        )


@dataclass(frozen=True, slots=True)
class Frame:
    """One sample. `pleth` 0..255; `value` belongs to the packet; `offset` of its first byte."""

    status: Status
    pleth: int
    value: int
    offset: int = 0

    @classmethod
    def from_bytes(cls, data: bytes, offset: int = 0) -> Frame:
        """Return the frame. Raises `FrameError` for anything that is not exactly one frame."""
        if len(data) != FRAME_LENGTH or data[0] != START:
            raise FrameError("not a frame")
        if sum(data[:4]) & 0xFF != data[4]:
            raise FrameError("wrong checksum")
        return cls(Status.from_byte(data[1]), data[2], data[3], offset)

    def to_bytes(self) -> bytes:
        """Return the five bytes on the wire."""
        head = bytes((START, self.status.to_byte(), self.pleth, self.value))
        return head + bytes((sum(head) & 0xFF,))


def pulse_rate(msb: int, lsb: int) -> int | Absent:
    """Return /min, nine bits over two bytes; absent when the device found no pulse.

    Seven bits from `lsb`, not eight: 128/min and more go wrong otherwise. An `lsb` with bit 7 set
    is not what the specification lets a device send: no number is read from it.
    """
    value = (msb & 0b11) << 7 | lsb & 0x7F
    if value == MISSING_PULSE or lsb & _NEVER_SET:
        return Absent(Absence.NO_SIGNAL)
    return value


def saturation(byte: int) -> int | Absent:
    """Return %, as sent (0..126); absent when the device has no value, or bit 7 is set."""
    if byte == MISSING_SPO2 or byte & _NEVER_SET:
        return Absent(Absence.NO_SIGNAL)
    return byte


def _pulse_bytes(value: int | Absent) -> tuple[int, int]:
    number = MISSING_PULSE if isinstance(value, Absent) else value
    return number >> 7 & 0b11, number & 0x7F


def _spo2_byte(value: int | Absent) -> int:
    return MISSING_SPO2 if isinstance(value, Absent) else value & 0x7F


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """The 25 VALUE bytes of a packet. Pulse rates in /min, saturations in %.

    Numbers are as sent: what is outside the model's range is for the device's layer to judge.
    """

    pulse: int | Absent
    spo2: int | Absent
    firmware: int  # SREV
    timer: int  # TMR, 14 bits
    status2: int  # STAT2
    spo2_display: int | Absent
    spo2_fast: int | Absent
    spo2_beat: int | Absent
    extended_pulse: int | Absent
    extended_spo2: int | Absent
    extended_spo2_display: int | Absent
    pulse_display: int | Absent
    extended_pulse_display: int | Absent

    @property
    def smart_point(self) -> bool:
        """SPA: the device calls this a high quality measurement (SREV 16 and later)."""
        return bool(self.status2 & _SPA)

    @property
    def low_battery(self) -> bool:
        """LOW BAT, where the model has a battery."""
        return bool(self.status2 & _LOW_BATTERY)

    @classmethod
    def from_bytes(cls, data: bytes) -> Values:
        """Return the values. Raises `FrameError` unless there are exactly 25."""
        if len(data) != FRAMES_A_PACKET:
            raise FrameError(f"{len(data)} values are not a packet")
        return cls(
            pulse=pulse_rate(data[0], data[1]),
            spo2=saturation(data[2]),
            firmware=data[3],
            timer=(data[5] & 0x7F) << 7 | data[6] & 0x7F,
            status2=data[7],
            spo2_display=saturation(data[8]),
            spo2_fast=saturation(data[9]),
            spo2_beat=saturation(data[10]),
            extended_pulse=pulse_rate(data[13], data[14]),
            extended_spo2=saturation(data[15]),
            extended_spo2_display=saturation(data[16]),
            pulse_display=pulse_rate(data[19], data[20]),
            extended_pulse_display=pulse_rate(data[21], data[22]),
        )

    def to_bytes(self) -> bytes:
        """Return the 25 VALUE bytes, reserved ones zero."""
        return bytes(
            (
                *_pulse_bytes(self.pulse),
                _spo2_byte(self.spo2),
                self.firmware,
                0,
                self.timer >> 7 & 0x7F,
                self.timer & 0x7F,
                self.status2,
                _spo2_byte(self.spo2_display),
                _spo2_byte(self.spo2_fast),
                _spo2_byte(self.spo2_beat),
                0,
                0,
                *_pulse_bytes(self.extended_pulse),
                _spo2_byte(self.extended_spo2),
                _spo2_byte(self.extended_spo2_display),
                0,
                0,
                *_pulse_bytes(self.pulse_display),
                *_pulse_bytes(self.extended_pulse_display),
                0,
                0,
            )
        )


@dataclass(frozen=True, slots=True)
class Packet:
    """25 contiguous frames, the first and only the first with SYNC, another SYNC right after."""

    frames: tuple[Frame, ...]
    values: Values

    @classmethod
    def of(cls, frames: tuple[Frame, ...]) -> Packet:
        """Return the packet these frames make. Raises `FrameError` unless there are 25."""
        return cls(frames, Values.from_bytes(bytes(frame.value for frame in frames)))

    @property
    def offset(self) -> int:
        """Offset of its first byte in all that was fed."""
        return self.frames[0].offset

    @property
    def end(self) -> int:
        """Offset just past its last byte."""
        return self.offset + PACKET_LENGTH


class Drop(enum.Enum):
    """Why bytes were not used."""

    CHECKSUM = "wrong checksum"
    GARBAGE = "not a frame"
    INCOMPLETE_PACKET = "incomplete packet"  # a frame lost, doubled, or its place unknown
    TRUNCATED = "truncated"  # the stream ended inside a frame or a packet


@dataclass(frozen=True, slots=True)
class Dropped:
    """`length` bytes from `offset` were not used. An incomplete packet's frames came already."""

    reason: Drop
    offset: int
    length: int


Item = Frame | Packet | Dropped


class Decoder:
    """Feed bytes as they come, in any chunks; get frames, packets, and what was dropped and why.

    Total: never raises, holds at most ten bytes and one packet. The result does not depend on how
    the bytes are cut into chunks.

    A packet is given when the frame after it, contiguous and with SYNC, confirms its length: a
    doubled frame would otherwise shift every later value into its neighbour's place.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._offset = 0  # of the buffer's first byte
        self._locked = True  # frames follow each other; else hunt for two in a row
        self._garbage = 0  # bytes skipped just before the buffer, not yet reported
        self._frames: list[Frame] = []  # of the packet under way
        self.dropped: Counter[Drop] = Counter()

    def feed(self, chunk: bytes) -> list[Item]:
        """Return what `chunk` completes, in the order of the wire."""
        self._buffer += chunk
        items: list[Item] = []
        while self._lock_step(items) if self._locked else self._hunt_step(items):
            pass
        return items

    def finish(self) -> list[Item]:
        """Return what is left as drops. Nothing may be fed after."""
        items: list[Item] = []
        if len(self._buffer) >= FRAME_LENGTH and self._header_at(0) and self._locked:
            self._skip(FRAME_LENGTH, Drop.CHECKSUM, items)
        left = self._garbage + len(self._buffer)
        if left:
            self._drop(Drop.TRUNCATED, self._offset - self._garbage, left, items)
        elif self._frames:
            self._break_packet(items)
        return items

    def _lock_step(self, items: list[Item]) -> bool:
        if len(self._buffer) < FRAME_LENGTH:
            return False
        frame = self._frame_at(0)
        if frame is not None:
            self._take(frame, items)
            return True
        # A damaged frame in its place, if another one begins right after it. Else: lost.
        if len(self._buffer) < FRAME_LENGTH + 2:
            return False
        if self._header_at(FRAME_LENGTH):
            self._skip(FRAME_LENGTH, Drop.CHECKSUM if self._header_at(0) else Drop.GARBAGE, items)
        else:
            self._locked = False
        return True

    def _hunt_step(self, items: list[Item]) -> bool:
        if len(self._buffer) < 2 * FRAME_LENGTH:
            return False
        if self._frame_at(0) is not None and self._frame_at(FRAME_LENGTH) is not None:
            self._report_garbage(items)
            self._locked = True
            return True
        self._advance(1)
        self._garbage += 1
        if self._garbage == _GARBAGE_RUN:
            self._report_garbage(items)
        return True

    def _frame_at(self, index: int) -> Frame | None:
        try:
            return Frame.from_bytes(
                bytes(self._buffer[index : index + FRAME_LENGTH]), self._offset + index
            )
        except FrameError:
            return None

    def _header_at(self, index: int) -> bool:
        return self._buffer[index] == START and bool(self._buffer[index + 1] & _ALWAYS_SET)

    def _advance(self, count: int) -> None:
        del self._buffer[:count]
        self._offset += count

    def _skip(self, count: int, reason: Drop, items: list[Item]) -> None:
        offset = self._offset
        self._advance(count)
        self._drop(reason, offset, count, items)

    def _report_garbage(self, items: list[Item]) -> None:
        if self._garbage:
            self._drop(Drop.GARBAGE, self._offset - self._garbage, self._garbage, items)
            self._garbage = 0

    def _drop(self, reason: Drop, offset: int, length: int, items: list[Item]) -> None:
        self.dropped[reason] += 1
        items.append(Dropped(reason, offset, length))
        self._break_packet(items)

    def _break_packet(self, items: list[Item]) -> None:
        """Give up the packet under way: it will never be pieced together."""
        if not self._frames:
            return
        self.dropped[Drop.INCOMPLETE_PACKET] += 1
        length = len(self._frames) * FRAME_LENGTH
        items.append(Dropped(Drop.INCOMPLETE_PACKET, self._frames[0].offset, length))
        self._frames = []

    def _take(self, frame: Frame, items: list[Item]) -> None:
        self._advance(FRAME_LENGTH)
        items.append(frame)
        if frame.status.sync:
            if len(self._frames) == FRAMES_A_PACKET:
                items.append(Packet.of(tuple(self._frames)))
            else:
                self._break_packet(items)
            self._frames = [frame]
        elif len(self._frames) == FRAMES_A_PACKET:
            self._break_packet(items)
        elif self._frames:
            self._frames.append(frame)
