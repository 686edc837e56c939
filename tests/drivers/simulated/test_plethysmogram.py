from __future__ import annotations

import pytest

from contracts.measurement import Absent
from drivers.protocols.nonin import Frame, Packet, Perfusion
from drivers.simulated.nonin import ACQUIRING_PACKETS, Capture, GeneratedPulse
from tests.drivers.support import capture

RATE_HZ = 75


def curve(source: GeneratedPulse, minutes: int) -> list[int]:
    packets = [source.next(finger=True) for _ in range(minutes * 60 * 3)]
    return [frame.pleth for packet in packets for frame in packet.frames]


def beats(samples: list[int], pulse_rate: int) -> int:
    """Systolic upstrokes: how often the curve rises through the middle of its range, after having
    been in its lower quarter. Counts as someone would who sees the curve alone.
    """
    low, high = min(samples), max(samples)
    quarter, middle = low + (high - low) * 0.25, low + (high - low) * 0.5
    count, armed = 0, False
    for sample in samples:
        if sample < quarter:
            armed = True
        elif sample > middle and armed:
            count, armed = count + 1, False
    return count


@pytest.mark.parametrize("pulse_rate", [35, 48, 60, 72, 97, 120, 127, 128, 150, 180, 220])
@pytest.mark.parametrize("seed", [1, 7])
def test_the_curve_beats_at_the_rate_that_is_stated(pulse_rate: int, seed: int) -> None:
    source = GeneratedPulse(97, pulse_rate, seed)
    minutes = 2
    assert abs(beats(curve(source, minutes), pulse_rate) / minutes - pulse_rate) <= 1
    assert source.next(finger=True).values.pulse_display == pulse_rate


def test_the_curve_has_an_upstroke_a_notch_and_a_breath() -> None:
    samples = curve(GeneratedPulse(97, 60, seed=1), 1)
    assert min(samples) >= 0
    assert max(samples) <= 255
    one = samples[RATE_HZ * 30 : RATE_HZ * 31]
    top = one.index(max(one))
    one = [samples[RATE_HZ * 30 + top + n] for n in range(RATE_HZ)]
    peaks = [n for n in range(1, RATE_HZ - 1) if one[n - 1] < one[n] >= one[n + 1] and one[n] > 90]
    assert len(peaks) == 1, "after the systolic top, one diastolic wave behind a notch"
    foot = one.index(min(one))
    assert foot > RATE_HZ / 2, "it falls slowly and rises fast"
    tops = [max(samples[n : n + RATE_HZ]) for n in range(0, len(samples) - RATE_HZ, RATE_HZ)]
    assert max(tops) - min(tops) >= 10, "breathing moves it"


def test_values_and_perfusion_go_with_the_curve() -> None:
    source = GeneratedPulse(93, 140, seed=3, perfusion=Perfusion.YELLOW)
    first = [source.next(finger=True) for _ in range(ACQUIRING_PACKETS)]
    for packet in first:
        assert isinstance(packet.values.spo2_display, Absent)
        assert all(frame.status.out_of_track for frame in packet.frames)
    packets = [source.next(finger=True) for _ in range(9)]
    assert {packet.values.spo2_display for packet in packets} == {93}
    colours = {frame.status.perfusion for packet in packets for frame in packet.frames}
    assert colours == {Perfusion.YELLOW, Perfusion.NONE}
    assert not any(frame.status.out_of_track for packet in packets for frame in packet.frames)


def test_without_a_finger_there_is_an_alarm_and_no_number() -> None:
    for source in (GeneratedPulse(97, 72, seed=1), Capture(capture())):
        packet = source.next(finger=False)
        assert isinstance(packet.values.spo2_display, Absent)
        assert isinstance(packet.values.pulse_display, Absent)
        assert all(frame.status.sensor_alarm for frame in packet.frames)


def test_a_capture_plays_its_packets_byte_for_byte() -> None:
    source = Capture(capture())
    for _ in range(3):
        packet = source.next(finger=True)
        assert b"".join(frame.to_bytes() for frame in packet.frames) == capture()[20:145]


def test_a_capture_without_a_packet_is_refused() -> None:
    with pytest.raises(ValueError, match="no complete packet"):
        Capture(capture()[:100])


def test_packets_are_packets() -> None:
    packet = GeneratedPulse(97, 72, seed=1).next(finger=True)
    assert isinstance(packet, Packet)
    assert [frame.status.sync for frame in packet.frames] == [True] + [False] * 24
    assert all(isinstance(frame, Frame) for frame in packet.frames)
