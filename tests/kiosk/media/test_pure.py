"""Echo, liveness, levels: functions of what they are given."""

from __future__ import annotations

import numpy as np
import pytest
from av import VideoFrame
from hypothesis import given
from hypothesis import strategies as st

from contracts.media import LinkState
from kiosk.media.echo import HANG_OVER_BLOCKS, QUIET_GAIN, SPEAKING_RMS, EchoState, duck
from kiosk.media.levels import PictureMeter, SoundMeter, rms
from kiosk.media.liveness import (
    CONNECT_WITHIN_S,
    STALLED_AFTER_S,
    Liveness,
    Pulse,
    Transport,
    judge,
)
from tests.mutation import red_under

# --- echo ----------------------------------------------------------------------------------------


def after(blocks: list[float], state: EchoState | None = None) -> EchoState:
    state = state or EchoState()
    for doctor_rms in blocks:
        state = duck(state, doctor_rms=doctor_rms)
    return state


def test_while_the_doctor_is_silent_the_microphone_is_untouched() -> None:
    assert after([0.0] * 500).gain == 1.0
    assert after([SPEAKING_RMS * 0.9] * 500).gain == 1.0


def test_while_the_doctor_speaks_the_microphone_is_quiet_within_100_ms() -> None:
    assert after([3000.0] * 5).gain < 0.1
    assert after([3000.0] * 50).gain == QUIET_GAIN


def test_a_pause_between_words_does_not_open_the_microphone() -> None:
    assert after([3000.0] * 50 + [0.0] * (HANG_OVER_BLOCKS - 1)).gain == QUIET_GAIN


def test_the_microphone_is_open_again_a_second_after_the_last_word() -> None:
    assert after([3000.0] * 50 + [0.0] * (HANG_OVER_BLOCKS + 35)).gain == 1.0


@given(st.lists(st.floats(0, 32767)))
def test_the_gain_stays_between_quiet_and_full_and_never_jumps(levels: list[float]) -> None:
    state = EchoState()
    for level in levels:
        following = duck(state, doctor_rms=level)
        assert QUIET_GAIN <= following.gain <= 1.0
        assert abs(following.gain - state.gain) <= 0.5
        state = following


# --- liveness ------------------------------------------------------------------------------------


def judged(*pulses: tuple[float, Transport, int]) -> list[LinkState]:
    state = Liveness()
    states = []
    for now, transport, packets in pulses:
        state = judge(state, Pulse(transport, packets), now=now)
        states.append(state.state)
    return states


UP = Transport.CONNECTED


@red_under(
    "kiosk/media/liveness.py",
    old="heard = now if began or pulse.packets != before.packets else before.heard",
    new="heard = now",
)
def test_a_call_where_nothing_arrives_for_three_seconds_is_stalled() -> None:
    assert judged((0, UP, 10), (1, UP, 20), (3.9, UP, 20), (4.0, UP, 20), (4.25, UP, 21)) == [
        LinkState.CONNECTED,
        LinkState.CONNECTED,
        LinkState.CONNECTED,
        LinkState.STALLED,
        LinkState.CONNECTED,
    ]


def test_a_call_that_connects_and_never_hears_is_stalled() -> None:
    wait = STALLED_AFTER_S
    assert judged((0, Transport.CONNECTING, 0), (9, UP, 0), (9 + wait, UP, 0)) == [
        LinkState.CONNECTING,
        LinkState.CONNECTED,
        LinkState.STALLED,
    ]


def test_a_call_that_never_connects_fails() -> None:
    connecting = Transport.CONNECTING
    assert judged((0, connecting, 0), (CONNECT_WITHIN_S - 0.1, connecting, 0)) == [
        LinkState.CONNECTING,
        LinkState.CONNECTING,
    ]
    assert judged((0, connecting, 0), (CONNECT_WITHIN_S, connecting, 0))[-1] is LinkState.FAILED


@pytest.mark.parametrize(
    ("transport", "state"),
    [(Transport.FAILED, LinkState.FAILED), (Transport.CLOSED, LinkState.CLOSED)],
)
def test_the_end_is_final(transport: Transport, state: LinkState) -> None:
    assert judged((0, UP, 1), (1, transport, 1), (2, UP, 50)) == [
        LinkState.CONNECTED,
        state,
        state,
    ]


# --- levels --------------------------------------------------------------------------------------


def gray(value: int, width: int = 64, height: int = 64) -> VideoFrame:
    planes = np.full((height * 3 // 2, width), value, dtype=np.uint8)
    return VideoFrame.from_ndarray(planes, format="yuv420p")


@red_under(
    "kiosk/media/levels.py",
    old="float(abs(luma - self._first).mean())",
    new="1.0",
)
def test_a_frozen_picture_has_no_content_and_a_moving_one_its_change() -> None:
    meter = PictureMeter()
    for _ in range(3):
        meter.add(gray(100))
    frozen = meter.read()
    assert (frozen.frames, frozen.content) == (3, 0.0)
    for value in (100, 250, 100):  # there and back is a change: a blink
        meter.add(gray(value))
    assert meter.read().content == 150.0
    meter.add(gray(10))  # differences are signed, and go from one period to the next
    assert meter.read().content == 90.0


def test_a_picture_of_one_colour_is_flat_as_a_camera_turned_off() -> None:
    meter = PictureMeter()
    meter.add(gray(0))
    assert meter.read().flat
    planes = np.full((96, 64), 0, dtype=np.uint8)
    planes[0, 0] = 40
    meter.add(VideoFrame.from_ndarray(planes, format="yuv420p"))
    assert not meter.read().flat


def test_nothing_shown_reads_as_zeros_and_a_new_size_starts_afresh() -> None:
    meter = PictureMeter()
    nothing = meter.read()
    assert (nothing.frames, nothing.content, nothing.width) == (0, 0.0, 0)
    meter.add(gray(0))
    meter.add(gray(200, width=128))
    level = meter.read()
    assert (level.frames, level.content, level.width) == (2, 0.0, 128)


@given(st.lists(st.integers(-32768, 32767), min_size=1, max_size=200))
def test_rms_is_that_of_the_definition(samples: list[int]) -> None:
    block = np.array(samples, dtype=np.int16)
    expected = (sum(s * s for s in samples) / len(samples)) ** 0.5
    assert rms(block) == pytest.approx(expected)
    meter = SoundMeter()
    for half in (block[: len(block) // 2], block[len(block) // 2 :]):
        meter.add(half)
    assert meter.read() == pytest.approx(expected)
    assert meter.read() == 0.0
