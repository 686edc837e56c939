from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.measurement import Absent
from drivers.protocols import nonin
from drivers.protocols.nonin import (
    Decoder,
    Drop,
    Dropped,
    Frame,
    FrameError,
    Packet,
    Perfusion,
    Status,
    Values,
)
from tests.drivers.support import MISSING, capture, packet, packets_in, values, vectors
from tests.mutation import red_under

CAPTURE = capture()
FIVE_SECONDS = (
    b"".join(packet(values(90 + n % 7, 120 + n), pleth=n * 3) for n in range(15)) + packet()
)
NAMES = {  # the vectors' words for ours
    "hr": "pulse",
    "spo2": "spo2",
    "srev": "firmware",
    "timer": "timer",
    "status2": "status2",
    "spo2_display": "spo2_display",
    "spo2_fast": "spo2_fast",
    "spo2_beat": "spo2_beat",
    "ehr": "extended_pulse",
    "espo2": "extended_spo2",
    "hr_display": "pulse_display",
    "ehr_display": "extended_pulse_display",
}


def decode(*chunks: bytes) -> list[nonin.Item]:
    decoder = Decoder()
    items = [item for chunk in chunks for item in decoder.feed(chunk)]
    items += decoder.finish()
    seen = Counter(item.reason for item in items if isinstance(item, Dropped))
    assert decoder.dropped == seen, "what is dropped is counted"
    return items


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[begin:end] for begin, end in pairwise(edges)]


@pytest.mark.parametrize("vector", vectors("nonin-df2"), ids=lambda vector: vector["id"])
def test_every_vector_means_what_it_says(vector: dict[str, Any]) -> None:
    items = decode(bytes.fromhex(vector["hex"]))
    frames = [item for item in items if isinstance(item, Frame)]
    expected = vector["expected"]
    if expected.get("reject_frame"):
        assert items == [Dropped(Drop.CHECKSUM, 0, 5)]
        return
    assert len(frames) == expected["frames"]
    assert [n for n, frame in enumerate(frames) if frame.status.sync] == expected["sync_frames"]
    (found,) = packets_in(items)
    for name, ours in NAMES.items():
        assert getattr(found.values, ours) == expected[name], name
    assert found.offset == 4 * 5
    assert found.end == 29 * 5


def test_there_are_vectors_to_pass() -> None:
    assert {"nonin-df2-packet", "nonin-df2-bad-checksum"} <= {
        vector["id"] for vector in vectors("nonin-df2")
    }


@red_under(
    "drivers/protocols/nonin.py",
    old="    if byte == MISSING_SPO2 or byte & _NEVER_SET:",
    new="    if byte & _NEVER_SET:",
)
def test_a_missing_saturation_is_never_a_number() -> None:
    (found, *_) = packets_in(decode(packet(values(MISSING, 72)), packet()))
    for name in ("spo2", "spo2_display", "spo2_fast", "spo2_beat", "extended_spo2"):
        assert getattr(found.values, name) == MISSING
    assert found.values.pulse_display == 72


@red_under(
    "drivers/protocols/nonin.py",
    old="    if value == MISSING_PULSE or lsb & _NEVER_SET:",
    new="    if lsb & _NEVER_SET:",
)
def test_a_missing_pulse_is_never_a_number() -> None:
    (found, *_) = packets_in(decode(packet(values(97, MISSING)), packet()))
    for name in ("pulse", "pulse_display", "extended_pulse", "extended_pulse_display"):
        assert getattr(found.values, name) == MISSING
    assert found.values.spo2_display == 97


@red_under(
    "drivers/protocols/nonin.py",
    old="        if sum(data[:4]) & 0xFF != data[4]:",
    new="        if False:",
)
def test_a_frame_with_a_wrong_checksum_is_dropped_and_counted() -> None:
    wrong = bytearray(packet(values(97)))
    wrong[8 * 5 + 3] = 88  # SpO2-D, its checksum left as it was
    items = decode(packet(values(97)) + bytes(wrong) + packet(values(97)) * 2)
    assert {found.values.spo2_display for found in packets_in(items)} == {97}
    assert Dropped(Drop.CHECKSUM, 125 + 8 * 5, 5) in items
    assert Dropped(Drop.INCOMPLETE_PACKET, 125, 8 * 5) in items


@pytest.mark.parametrize("pulse", [0, 1, 127, 128, 129, 254, 255, 256, 300, 383, 384, 510])
def test_pulse_rates_of_nine_bits_are_exact(pulse: int) -> None:
    coded = values(97, pulse).to_bytes()
    assert all(byte < 128 for byte in (coded[0], coded[1], coded[19], coded[20]))
    (found,) = packets_in(decode(packet(values(97, pulse)) + packet()))[:1]
    assert found.values.pulse_display == pulse
    assert found.values.extended_pulse_display == pulse


def test_a_number_with_the_bit_that_is_never_set_is_absent() -> None:
    assert isinstance(nonin.saturation(0x80 | 97), Absent)
    assert isinstance(nonin.pulse_rate(0, 0x80 | 72), Absent)


@given(places=st.lists(st.integers(0, 10_000), max_size=40))
def test_any_chunking_gives_the_same_result(places: list[int]) -> None:
    for data in (CAPTURE, FIVE_SECONDS, b"\x01\x01\x80" + FIVE_SECONDS[7:300] + b"\x55" * 300):
        assert decode(*cut(data, places)) == decode(data)


def test_one_byte_at_a_time_gives_the_same_result() -> None:
    assert decode(*(bytes([byte]) for byte in FIVE_SECONDS)) == decode(FIVE_SECONDS)


@settings(max_examples=300)
@given(data=st.data())
def test_one_corrupted_byte_never_becomes_another_value(data: st.DataObject) -> None:
    for clean in (CAPTURE, FIVE_SECONDS):
        place = data.draw(st.integers(0, len(clean) - 1))
        mask = data.draw(st.integers(1, 255))
        altered = bytearray(clean)
        altered[place] ^= mask
        places = data.draw(st.lists(st.integers(0, len(clean)), max_size=5))
        items = decode(*cut(bytes(altered), places))
        allowed = decode(clean)
        assert {(item.offset, item) for item in packets_in(items)} <= {
            (item.offset, item) for item in packets_in(allowed)
        }
        frames = {item for item in items if isinstance(item, Frame)}
        assert frames == {
            item
            for item in allowed
            if isinstance(item, Frame) and not item.offset <= place < item.offset + 5
        }


@given(data=st.data())
def test_a_lost_or_doubled_byte_or_frame_never_becomes_another_value(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(FIVE_SECONDS) - 1))
    # not 125: the format cannot show that exactly 25 frames are gone, or came twice
    length = data.draw(st.sampled_from([1, 2, 3, 4, 5, 10, 120, 124, 126, 130]))
    begin, end = FIVE_SECONDS[:place], FIVE_SECONDS[place:]
    true = {found.values for found in packets_in(decode(FIVE_SECONDS))}
    lost = packets_in(decode(begin + end[length:]))
    doubled = packets_in(decode(begin + end[:length] + end))
    noise = packets_in(decode(begin + data.draw(st.binary(max_size=20)) + end))
    for damaged in (lost, doubled, noise):
        assert {found.values for found in damaged} <= true


def test_a_doubled_frame_does_not_shift_values_into_their_neighbours_place() -> None:
    good = packet(values(97, 72, status2=5))
    items = decode(good[: 8 * 5] + good[7 * 5 :] + packet(values(98, 73)) * 2)
    assert [found.values.spo2_display for found in packets_in(items)] == [98]


@pytest.mark.parametrize("lost", [*range(1, 15)])
def test_a_packet_that_lost_frames_is_never_completed_by_the_next(lost: int) -> None:
    first, second = packet(values(90, 60)), packet(values(99, 180))
    items = decode(first[: 10 * 5] + second[(10 + lost) * 5 :] + packet(values(95, 80)) * 2)
    assert [found.values.pulse_display for found in packets_in(items)] == [80]
    assert Dropped(Drop.INCOMPLETE_PACKET, 0, (25 - lost) * 5) in items


def test_it_resynchronises_after_garbage() -> None:
    garbage = bytes(range(256)) * 4
    items = decode(packet(values(91)) * 2 + garbage + packet(values(92)) * 3)
    assert [found.values.spo2_display for found in packets_in(items)] == [91, 92, 92]
    assert sum(i.length for i in items if isinstance(i, Dropped) and i.reason is Drop.GARBAGE) > 900


@settings(max_examples=200)
@given(chunks=st.lists(st.binary(max_size=400), max_size=20))
def test_any_bytes_are_survived_in_little_memory(chunks: list[bytes]) -> None:
    decoder = Decoder()
    used = 0
    for chunk in chunks:
        for item in decoder.feed(chunk):
            if isinstance(item, Frame):
                used += 5
            elif isinstance(item, Dropped) and item.reason is not Drop.INCOMPLETE_PACKET:
                used += item.length
        assert len(decoder._buffer) <= 10
        assert len(decoder._frames) <= 25
    for item in decoder.finish():
        if isinstance(item, Dropped) and item.reason is not Drop.INCOMPLETE_PACKET:
            used += item.length
    assert used == sum(map(len, chunks)), "every byte is a frame's or a drop's"


@given(
    statuses=st.lists(st.integers(128, 255), min_size=25, max_size=25),
    pleths=st.binary(min_size=25, max_size=25),
    numbers=st.binary(min_size=25, max_size=25),
)
def test_hostile_content_with_valid_checksums_is_values_or_absent(
    statuses: list[int], pleths: bytes, numbers: bytes
) -> None:
    frames = []
    for index in range(25):
        status = statuses[index] | 1 if index == 0 else statuses[index] & 0xFE
        head = bytes((1, status, pleths[index], numbers[index]))
        frames.append(head + bytes((sum(head) & 0xFF,)))
    (found,) = packets_in(decode(b"".join(frames) + packet()))
    for name in Values.__dataclass_fields__:
        value = getattr(found.values, name)
        if "spo2" in name:
            assert isinstance(value, Absent) or 0 <= value <= 126
        elif "pulse" in name:
            assert isinstance(value, Absent) or 0 <= value <= 510


@given(byte=st.integers(128, 255), pleth=st.integers(0, 255), value=st.integers(0, 255))
def test_a_frame_is_the_same_after_a_round_trip(byte: int, pleth: int, value: int) -> None:
    assert Status.from_byte(byte).to_byte() == byte
    frame = Frame(Status.from_byte(byte), pleth, value, 10)
    assert Frame.from_bytes(frame.to_bytes(), 10) == frame


numbers = st.one_of(st.integers(0, 126), st.just(MISSING))
rates = st.one_of(st.integers(0, 510), st.just(MISSING))


@given(spo2=numbers, beat=numbers, pulse=rates, other=rates, timer=st.integers(0, 0x3FFF))
def test_values_are_the_same_after_a_round_trip(
    spo2: int | Absent, beat: int | Absent, pulse: int | Absent, other: int | Absent, timer: int
) -> None:
    coded = values(spo2, pulse, spo2_beat=beat, extended_pulse=other, timer=timer)
    assert Values.from_bytes(coded.to_bytes()) == coded


def test_the_capture_is_the_same_after_a_round_trip() -> None:
    (found,) = packets_in(decode(CAPTURE))
    assert b"".join(frame.to_bytes() for frame in found.frames) == CAPTURE[20:145]
    assert found.values.to_bytes() == bytes(frame.value for frame in found.frames)


def test_the_status_byte_is_read_bit_by_bit() -> None:
    assert Status.from_byte(0x80) == Status()
    assert Status.from_byte(0xC0).sensor_disconnected
    assert Status.from_byte(0xA0).artifact
    assert Status.from_byte(0x90).out_of_track
    assert Status.from_byte(0x88).sensor_alarm
    assert Status.from_byte(0x84).perfusion is Perfusion.RED
    assert Status.from_byte(0x82).perfusion is Perfusion.GREEN
    assert Status.from_byte(0x86).perfusion is Perfusion.YELLOW
    assert Status.from_byte(0x81).sync
    with pytest.raises(FrameError):
        Status.from_byte(0x7F)


def test_stat2_says_smartpoint_and_low_battery() -> None:
    coded = values(status2=0x20)
    assert coded.smart_point
    assert not coded.low_battery
    assert values(status2=0x01).low_battery


def test_what_is_not_a_packet_is_refused() -> None:
    with pytest.raises(FrameError):
        Packet.of(())
    with pytest.raises(FrameError):
        Frame.from_bytes(b"\x01\x80")
