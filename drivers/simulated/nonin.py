"""What a Nonin OEM III sends: packet after packet, from a generated pulse or captured ones. Pure.

Without a finger: sensor alarm and out of track in every frame, missing values, a flat curve. With
a finger just in: out of track and missing values for the time a real module needs to find a pulse.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from contracts.measurement import Absence, Absent
from drivers.protocols import nonin
from drivers.protocols.nonin import Frame, Packet, Perfusion, Status, Values
from drivers.simulated.plethysmogram import Plethysmogram

FIRMWARE = 148  # as in the capture
ACQUIRING_PACKETS = 2 * nonin.PACKETS_A_SECOND
PULSE_FRAMES = 12  # perfusion is told for 12 frames of each pulse (160 ms)
NO_FINGER_PLETH = 12
_MISSING = Absent(Absence.NO_SIGNAL)


class Source(Protocol):
    """Gives packets one after the other, with a finger in or not."""

    def next(self, *, finger: bool) -> Packet:
        """Return the next packet; its frames' offsets mean nothing."""


class GeneratedPulse:
    """Packets of a steady pulse. `spo2` in %, `pulse_rate` in /min: set them at any time."""

    def __init__(
        self, spo2: int, pulse_rate: int, seed: int, *, perfusion: Perfusion = Perfusion.GREEN
    ) -> None:
        self.spo2 = spo2
        self.pulse_rate = pulse_rate
        self.perfusion = perfusion
        self._curve = Plethysmogram(seed)
        self._acquiring = ACQUIRING_PACKETS
        self._in_pulse = 0  # frames left of the present pulse
        self._timer = 0

    def next(self, *, finger: bool) -> Packet:
        """Return the next packet."""
        self._timer = (self._timer + 1) & 0x3FFF
        if not finger:
            self._acquiring = ACQUIRING_PACKETS
            self._in_pulse = 0
            return without_finger(self._timer)
        tracking = self._acquiring == 0
        self._acquiring = max(0, self._acquiring - 1)
        values = _coded(
            self.spo2 if tracking else _MISSING,
            self.pulse_rate if tracking else _MISSING,
            self._timer,
        )
        return _packet(values, [self._sample(out_of_track=not tracking) for _ in range(25)])

    def _sample(self, *, out_of_track: bool) -> tuple[int, Status]:
        pleth, begins = self._curve.next(self.pulse_rate)
        if begins:
            self._in_pulse = PULSE_FRAMES
        perfusion = self.perfusion if self._in_pulse else Perfusion.NONE
        self._in_pulse = max(0, self._in_pulse - 1)
        return pleth, Status(out_of_track=out_of_track, perfusion=perfusion)


class Capture:
    """The complete packets of captured bytes, in a loop. Raises `ValueError` if there is none."""

    def __init__(self, data: bytes) -> None:
        items = nonin.Decoder().feed(data)
        self._packets = [item for item in items if isinstance(item, Packet)]
        if not self._packets:
            raise ValueError("no complete packet of data format 2 in the capture")
        self._played = 0

    def next(self, *, finger: bool) -> Packet:
        """Return the next packet as captured, or one without a finger."""
        self._played += 1
        if not finger:
            return without_finger(self._played & 0x3FFF)
        return self._packets[(self._played - 1) % len(self._packets)]


def without_finger(timer: int) -> Packet:
    """Return what the module sends while no finger is in."""
    status = Status(sensor_alarm=True, out_of_track=True)
    return _packet(_coded(_MISSING, _MISSING, timer), [(NO_FINGER_PLETH, status)] * 25)


def _coded(spo2: int | Absent, pulse: int | Absent, timer: int) -> Values:
    return Values(
        pulse=pulse,
        spo2=spo2,
        firmware=FIRMWARE,
        timer=timer,
        status2=0 if isinstance(spo2, Absent) else 0x20,
        spo2_display=spo2,
        spo2_fast=spo2,
        spo2_beat=spo2,
        extended_pulse=pulse,
        extended_spo2=spo2,
        extended_spo2_display=spo2,
        pulse_display=pulse,
        extended_pulse_display=pulse,
    )


def _packet(values: Values, samples: list[tuple[int, Status]]) -> Packet:
    coded = values.to_bytes()
    return Packet.of(
        tuple(
            Frame(replace(status, sync=index == 0), pleth, coded[index])
            for index, (pleth, status) in enumerate(samples)
        )
    )
