from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.measurement import Absence, Absent, Quality
from drivers.devices.nonin_oem3 import NONIN_OEM3
from drivers.devices.oximetry import (
    BLOCK_BYTES,
    Block,
    Event,
    FingerIn,
    FingerOut,
    LiveBatch,
    OximeterSession,
    Signal,
    Steady,
)
from drivers.protocols import nonin
from drivers.protocols.nonin import Perfusion, Status
from drivers.simulated.nonin import GeneratedPulse
from tests.drivers.support import MISSING, NO_FINGER, capture, packet, packets_in, values
from tests.mutation import red_under

SECONDS = 3
NEEDED = 9  # packets
AWAY = packet(values(MISSING, MISSING), status=NO_FINGER)

E = TypeVar("E", bound=Event)


def session() -> OximeterSession:
    return OximeterSession(NONIN_OEM3, SECONDS)


def hear(stream: bytes) -> list[Event]:
    return session().feed(stream)


def only(kind: type[E], events: list[Event]) -> list[E]:
    return [event for event in events if isinstance(event, kind)]


def raw(events: list[Event]) -> bytes:
    return b"".join(block.raw for block in only(Block, events))


def test_a_steady_value_is_the_last_packets_display_values() -> None:
    before = values(97, 72, spo2_fast=89, extended_pulse=100)
    coded = [before] * (NEEDED - 1) + [values(98, 75, spo2_beat=91, extended_pulse_display=60)]
    stream = b"".join(map(packet, coded)) + packet()
    events = hear(stream + packet(values(80, 40)))
    (steady,) = only(Steady, events)
    assert (steady.spo2, steady.pulse) == (Decimal(98), Decimal(75))
    assert isinstance(events[-1], Steady)
    # and anyone can compute it again from the raw bytes
    recorded = raw(events)
    assert recorded == stream[: NEEDED * 125 + 5], "the value's last byte is the record's"
    (found,) = packets_in(nonin.Decoder().feed(recorded[steady.packet :]))
    assert found.values.spo2_display == 98
    assert found.values.pulse_display == 75
    assert steady.blocks == (1, 4)


def test_its_blocks_hold_the_steady_window() -> None:
    stream = AWAY * 7 + packet() * (NEEDED + 1)
    events = hear(stream)
    (steady,) = only(Steady, events)
    first, last = steady.blocks
    held = b"".join(block.raw for block in only(Block, events) if first <= block.number <= last)
    assert packet() * NEEDED in held
    assert steady.blocks == (3, 6)


@given(
    places=st.lists(st.integers(0, 20 * 125), max_size=30),
    damage=st.lists(st.tuples(st.integers(0, 20 * 125 - 1), st.integers(0, 255)), max_size=4),
)
def test_blocks_are_the_stream_whatever_arrives_and_however_cut(
    places: list[int], damage: list[tuple[int, int]]
) -> None:
    stream = bytearray(AWAY * 3 + packet() * 8 + AWAY + packet() * 8)
    for place, byte in damage:
        stream[place] = byte
    edges = [0, *sorted(places), len(stream)]
    whole, pieces = session(), session()
    in_pieces: list[Event] = []
    for index in range(len(edges) - 1):
        in_pieces += pieces.feed(bytes(stream[edges[index] : edges[index + 1]]))
    in_pieces += pieces.finish()
    at_once = whole.feed(bytes(stream)) + whole.finish()
    kinds = (Block, Steady, FingerIn, FingerOut, Signal)
    for kind in kinds:
        assert only(kind, in_pieces) == only(kind, at_once)
    assert raw(at_once) == stream
    blocks = only(Block, at_once)
    assert [block.number for block in blocks] == list(range(1, len(blocks) + 1))
    assert all(len(block.raw) == BLOCK_BYTES for block in blocks[:-1])
    assert all(len(a.raw) + a.offset == b.offset for a, b in pairwise(blocks))


def test_a_block_is_a_second_of_samples() -> None:
    blocks = only(Block, hear(AWAY * 6))
    assert [(block.start, len(block.samples), block.lost) for block in blocks] == [
        (0, 75, 0),
        (75, 75, 0),
    ]
    assert all(0 <= sample <= 1 for block in blocks for sample in block.samples)


def test_a_garbled_frame_is_in_the_record_and_not_on_the_curve() -> None:
    stream = bytearray(packet(pleth=10) * 4)
    stream[52] = 255  # a pleth, its checksum left
    events = hear(bytes(stream))
    (block,) = only(Block, events)
    assert block.raw == stream[:BLOCK_BYTES]
    assert (len(block.samples), block.lost) == (74, 1)
    assert set(block.samples) == {10 / 255}
    assert Signal((Quality.FRAMES_LOST,), 0.0) in events


def test_live_batches_come_at_most_25_a_second_and_have_no_hole() -> None:
    source = GeneratedPulse(97, 72, seed=1)
    stream = b"".join(
        frame.to_bytes() for _ in range(9) for frame in source.next(finger=True).frames
    )
    garbled = bytearray(stream)
    garbled[500] ^= 0xFF
    for data, missing in ((stream, 0), (bytes(garbled), 1)):
        listening = session()
        batches = [
            batch
            for start in range(0, len(data), 5)
            for batch in only(LiveBatch, listening.feed(data[start : start + 5]))
        ]
        assert len(batches) <= 3 * 25
        assert all(batch.rate_hz == 75 for batch in batches)
        drawn = [batch.start + n for batch in batches for n in range(len(batch.samples))]
        assert drawn == sorted(set(drawn))
        sent = {n for n in range(225) if not (missing and n == 100)}
        assert set(drawn) <= sent
        assert len(sent - set(drawn)) <= 2, "what a hole cuts off"


def test_live_numbers_are_the_instruments_or_none() -> None:
    listening = session()
    listening.feed(packet(values(96, 130)) * 2)
    (batch,) = only(LiveBatch, listening.feed(packet()[:20]))
    assert (batch.spo2, batch.pulse) == (96, 130)
    listening = session()
    events = listening.feed(packet(values(MISSING, 130)) * 3)
    assert only(LiveBatch, events)[-1].spo2 is None
    bad = bytearray(packet(values(96, 130)))
    bad[33] ^= 1
    listening = session()
    listening.feed(packet(values(96, 130)) * 2)
    (batch,) = only(LiveBatch, listening.feed(bytes(bad)))
    assert (batch.spo2, batch.pulse) == (None, None), "a packet with a lost frame has no values"


@pytest.mark.parametrize(("spo2", "pulse"), [(101, 72), (126, 72), (97, 0), (97, 17), (97, 510)])
def test_what_the_instrument_cannot_measure_is_never_a_value(spo2: int, pulse: int) -> None:
    events = hear(packet(values(spo2, pulse)) * 30)
    assert not only(Steady, events)
    last = only(LiveBatch, events)[-1]
    assert last.spo2 is None or last.pulse is None
    assert Quality.IMPLAUSIBLE in only(Signal, events)[-1].quality


def test_a_value_outside_the_stated_accuracy_says_so() -> None:
    (steady,) = only(Steady, hear(packet(values(65, 72)) * (NEEDED + 1)))
    assert steady.spo2 == 65
    assert Quality.IMPLAUSIBLE in steady.quality


@red_under(
    "drivers/devices/oximetry.py",
    old="    if any(frame.status.sensor_alarm for frame in packet.frames):",
    new="    if False:",
)
def test_numbers_still_shown_after_the_finger_left_are_not_a_value() -> None:
    """A display value is held for a while: the sensor alarm says that it is no longer measured."""
    held = packet(values(97, 72), status=Status(sensor_alarm=True))
    listening = session()
    events = listening.feed(packet() * 5 + held * 20)
    assert not only(Steady, events)
    assert FingerOut(Absence.NO_FINGER) in events
    (batch,) = only(LiveBatch, listening.feed(held))
    assert (batch.spo2, batch.pulse) == (None, None)


def test_finger_comes_from_status_never_from_the_waveform() -> None:
    flat, beating = 0, 200
    assert FingerIn() in hear(packet(pleth=flat) * 2)
    moving = b"".join(
        packet(values(MISSING, MISSING), status=NO_FINGER, pleth=pleth)
        for pleth in [flat, beating] * 6
    )
    events = hear(moving)
    assert not only(FingerIn, events)
    assert only(FingerOut, events) == [FingerOut(Absence.NO_FINGER)]


def test_a_finger_that_is_found_and_lost_and_found() -> None:
    searching = packet(values(MISSING, MISSING), status=Status(out_of_track=True))
    pulse = packet(
        values(MISSING, MISSING),
        status=Status(out_of_track=True),
        special={3: Status(out_of_track=True, perfusion=Perfusion.GREEN)},
    )
    stream = AWAY * 2 + searching * 2 + pulse + packet() * 2 + AWAY + searching + pulse * 2
    found = [type(e).__name__ for e in hear(stream) if isinstance(e, FingerIn | FingerOut)]
    assert found == ["FingerOut", "FingerIn", "FingerOut", "FingerIn"]


def test_no_sign_of_a_finger_for_three_seconds_is_no_finger() -> None:
    quiet = packet(values(MISSING, MISSING), status=Status(out_of_track=True))
    listening = session()
    assert FingerOut(Absence.NO_FINGER) not in listening.feed(packet() * 2 + quiet * 9)
    assert FingerOut(Absence.NO_FINGER) in listening.feed(quiet)


def test_a_disconnected_sensor_is_told_from_a_missing_finger() -> None:
    listening = session()
    dead = packet(values(MISSING, MISSING), status=Status(sensor_disconnected=True))
    assert FingerOut(Absence.SENSOR_DISCONNECTED) in listening.feed(AWAY * 2 + dead * 2)
    assert listening.absence is Absence.SENSOR_DISCONNECTED


Spoil = Callable[[], bytes]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda: packet(special={12: Status(artifact=True)}),
        lambda: packet(status=Status(out_of_track=True)),
        lambda: packet(values(97, MISSING)),
        lambda: packet(values(MISSING, 72)),
        lambda: packet(values(91, 72)),
        lambda: packet(values(97, 90)),
        lambda: packet()[:-5],
        lambda: packet()[:50] + b"\x00" + packet()[51:],
        lambda: AWAY,
    ],
    ids=["artifact", "track", "pulse", "spo2", "jump", "race", "lost", "garbled", "finger"],
)
def test_what_spoils_the_window_restarts_it(spoil: Spoil) -> None:
    nearly = packet() * (NEEDED - 1)
    assert only(Steady, hear(nearly + packet() * 2))
    assert not only(Steady, hear(nearly + spoil() + packet() * (NEEDED - 1)))
    assert only(Steady, hear(nearly + spoil() + packet() * (NEEDED + 3)))


@pytest.mark.parametrize(("step", "steady"), [((2, 0), True), ((3, 0), False), ((0, 8), True)])
def test_the_window_bounds_are_two_points_and_eight_beats(
    step: tuple[int, int], steady: bool
) -> None:
    other = packet(values(97 - step[0], 72 + step[1]))
    assert bool(only(Steady, hear((packet() + other) * 10))) is steady


def test_nine_beats_apart_is_unstable() -> None:
    events = hear((packet() + packet(values(97, 81))) * 10)
    assert not only(Steady, events)
    assert Quality.UNSTABLE in only(Signal, events)[-1].quality


def test_progress_rises_to_one_and_the_value_follows() -> None:
    events = hear(packet() * (NEEDED + 1))
    progress = [event.progress for event in only(Signal, events)]
    assert progress == [pytest.approx((n + 1) / NEEDED) for n in range(NEEDED)]


@pytest.mark.parametrize(
    ("perfusion", "quality"),
    [
        (Perfusion.RED, (Quality.LOW_PERFUSION,)),
        (Perfusion.YELLOW, (Quality.MARGINAL_PERFUSION,)),
        (Perfusion.GREEN, ()),
    ],
)
def test_weak_perfusion_goes_with_the_value(
    perfusion: Perfusion, quality: tuple[Quality, ...]
) -> None:
    weak = packet(special={7: Status(perfusion=perfusion)})
    (steady,) = only(Steady, hear(packet() * 4 + weak + packet() * 5))
    assert steady.quality == quality


def test_reserved_bits_are_no_low_battery_on_a_model_without_one() -> None:
    low = packet(values(status2=1)) * (NEEDED + 1)
    (steady,) = only(Steady, hear(low))
    assert steady.quality == ()
    battery = OximeterSession(replace(NONIN_OEM3, has_battery=True), SECONDS)
    (steady,) = only(Steady, battery.feed(low))
    assert steady.quality == (Quality.LOW_BATTERY,)


def test_the_window_never_continues_across_a_gap() -> None:
    listening = session()
    before = packet() * (NEEDED - 1) + packet()[:7]
    events = listening.feed(before)
    events += listening.gap()
    assert raw(events) == before
    assert only(FingerOut, events) == [FingerOut(Absence.UNPLUGGED)]
    assert listening.absence is Absence.UNPLUGGED
    after = packet()[7:] + packet() * (NEEDED - 1)
    more = listening.feed(after)
    assert not only(Steady, more)
    more += listening.feed(packet() * 2)
    (steady,) = only(Steady, more)
    blocks = only(Block, events + more)
    assert raw(events + more) == before + (after + packet() * 2)[: len(after) + 125 + 5]
    assert [block.after_gap for block in blocks].index(True) == len(only(Block, events))
    assert sum(block.after_gap for block in blocks) == 1
    assert steady.blocks[0] > len(only(Block, events))
    stream = raw(events + more)
    (found,) = packets_in(nonin.Decoder().feed(stream[steady.packet : steady.packet + 130]))
    assert Decimal(found.values.spo2_display) == steady.spo2  # type: ignore[arg-type]  # a number


@pytest.mark.parametrize(
    ("stream", "absence"),
    [
        (b"", Absence.NO_SIGNAL),
        (AWAY * 3, Absence.NO_FINGER),
        (packet(values(MISSING, 72)) * 3, Absence.NO_SIGNAL),
        (packet(special={5: Status(artifact=True)}) * 30, Absence.TIMED_OUT),
    ],
)
def test_it_knows_why_there_is_no_value(stream: bytes, absence: Absence) -> None:
    listening = session()
    listening.feed(stream)
    assert listening.absence is absence


@settings(max_examples=200)
@given(chunks=st.lists(st.binary(max_size=500), max_size=12))
def test_any_bytes_give_events_and_never_a_value(chunks: list[bytes]) -> None:
    listening = session()
    events = [event for chunk in chunks for event in listening.feed(chunk)]
    events += listening.finish()
    assert not only(Steady, events)
    assert raw(events) == b"".join(chunks)


@given(
    numbers=st.lists(
        st.tuples(
            st.one_of(st.integers(0, 126), st.just(MISSING)),
            st.one_of(st.integers(0, 510), st.just(MISSING)),
            st.integers(128, 255),
        ),
        max_size=30,
    )
)
def test_a_value_is_always_one_that_a_packet_carried(
    numbers: list[tuple[int | Absent, int | Absent, int]],
) -> None:
    stream = b"".join(
        packet(values(spo2, pulse), special={9: Status.from_byte(status & 0xFE)})
        for spo2, pulse, status in numbers
        for _ in range(4)
    )
    for steady in only(Steady, hear(stream)):
        assert (int(steady.spo2), int(steady.pulse)) in {(s, p) for s, p, _ in numbers}


def test_the_capture_alone_is_not_a_measurement() -> None:
    """Its only complete packet lasts a third of a second."""
    assert not only(Steady, hear(capture() * 40))
