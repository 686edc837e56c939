"""Orders of the consultation, with an engine that only notes what it is asked, and our clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import numpy as np
import pytest
from av import VideoFrame

from contracts.media import (
    AddCandidate,
    Answered,
    AnswerOffer,
    CallLink,
    CaptureBack,
    CaptureLost,
    CloseCall,
    FromMedia,
    LinkState,
    MediaStats,
    SetMicrophone,
    SetSelfView,
    SetSpeaker,
    Source,
)
from kiosk.media.engine import Engine, Received, SentMeters
from kiosk.media.errors import OfferRefused, SpeakerUnavailable
from kiosk.media.liveness import Pulse, Transport
from kiosk.media.picture import Picture
from kiosk.media.session import MAX_CANDIDATES, Session
from kiosk.media.sound import BLOCK, Block
from tests.mutation import red_under


class FakeCall:
    def __init__(self, received: Received, sent: SentMeters) -> None:
        self.received = received
        self.sent = sent
        self.offers: list[str] = []
        self.candidates: list[str] = []
        self.pictures: list[Picture] = []
        self.sounds: list[Block] = []
        self.now = Pulse(Transport.CONNECTING, 0)
        self.closed = False
        self.refuse = False

    async def answer(self, offer: str) -> str:
        if self.refuse or offer == "refuse":
            raise OfferRefused("no", on="offer", advice="reload")
        self.offers.append(offer)
        return f"answer to {offer}"

    async def add_candidate(self, candidate: str, *, mid: str | None, line: int | None) -> None:
        assert self.offers, "a candidate before the remote description"
        self.candidates.append(candidate)

    def send_picture(self, picture: Picture) -> None:
        self.pictures.append(picture)

    def send_sound(self, block: Block) -> None:
        self.sounds.append(block)

    def pulse(self) -> Pulse:
        return self.now

    async def close(self) -> None:
        self.closed = True


class FakeEngine:
    def __init__(self) -> None:
        self.calls: list[FakeCall] = []

    def new_call(self, received: Received, sent: SentMeters) -> FakeCall:
        self.calls.append(FakeCall(received, sent))
        return self.calls[-1]


class FakeFrames:
    """Notes what is shown."""

    connected = True

    def __init__(self) -> None:
        self.said: list[tuple[Source, object]] = []

    def show(self, source: Source, picture: Picture) -> None:
        self.said.append((source, (picture.width, picture.height)))

    def stop(self, source: Source) -> None:
        self.said.append((source, "stop"))


class FakeCapture:
    present = True
    simulated = True

    def __init__(self) -> None:
        self._wanted = False

    def want(self, wanted: bool) -> None:
        self._wanted = wanted

    def is_open(self) -> bool:
        return self._wanted

    def close(self) -> None: ...


class FakeSpeaker:
    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.broken = False
        self.closed = False

    def write(self, block: Block) -> None:
        if self.broken:
            raise SpeakerUnavailable("gone", on="speaker", advice="plug it in")
        self.blocks.append(block)

    def close(self) -> None:
        self.closed = True


class Rig:
    """A session and all around it."""

    def __init__(self, *, half_duplex: bool = False) -> None:
        self.engine = FakeEngine()
        self.frames = FakeFrames()
        self.speaker = FakeSpeaker()
        self.camera = FakeCapture()
        self.microphone = FakeCapture()
        self.now = 100.0
        self.sent: list[FromMedia] = []

        async def engine() -> Engine:
            return self.engine

        self.session = Session(
            engine=engine,
            frames=cast("Any", self.frames),
            open_speaker=lambda: self.speaker,
            half_duplex=half_duplex,
            send=self.sent.append,
            clock=lambda: self.now,
        )
        self.session.camera = cast("Any", self.camera)
        self.session.microphone = cast("Any", self.microphone)

    async def call(self, generation: int = 1) -> FakeCall:
        await self.session.obey(AnswerOffer(generation, f"offer {generation}"))
        await self.settle()
        return self.engine.calls[-1]

    async def settle(self) -> None:
        while self.session._background:
            await asyncio.gather(*self.session._background)

    def links(self) -> list[tuple[int, LinkState]]:
        return [(m.generation, m.state) for m in self.sent if isinstance(m, CallLink)]

    def at(self, now: float) -> None:
        self.now = now
        self.session.tick()


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    made = Rig()
    yield made
    await made.session.close()


def sound(value: int = 1000) -> Block:
    return np.full(BLOCK, value, dtype=np.int16)


def picture(width: int = 1280, height: int = 720) -> Picture:
    return Picture(VideoFrame(width, height, "yuv420p"), 0)


async def test_an_offer_is_answered(rig: Rig) -> None:
    await rig.call(3)
    assert rig.sent == [CallLink(3, LinkState.CONNECTING), Answered(3, "answer to offer 3")]


async def test_candidates_that_come_before_the_offer_wait_for_it(rig: Rig) -> None:
    for generation, name in ((1, "old"), (2, "a"), (2, "b"), (3, "later")):
        await rig.session.obey(AddCandidate(generation, name, "0", 0))
    call = await rig.call(2)
    await rig.session.obey(AddCandidate(2, "c", "0", 0))
    await rig.settle()
    assert call.candidates == ["a", "b", "c"]
    assert (await rig.call(3)).candidates == ["later"]


async def test_early_candidates_are_bounded(rig: Rig) -> None:
    for number in range(1000):
        await rig.session.obey(AddCandidate(1, str(number), "0", 0))
    assert (await rig.call(1)).candidates == [str(n) for n in range(936, 1000)]


@red_under(
    "kiosk/media/session.py",
    old="current.candidates > MAX_CANDIDATES",
    new="current.candidates < 0",
)
async def test_candidates_without_end_reach_the_engine_no_more(rig: Rig) -> None:
    call = await rig.call(1)
    for number in range(1000):
        await rig.session.obey(AddCandidate(1, str(number), "0", 0))
    await rig.settle()
    assert call.candidates == [str(n) for n in range(MAX_CANDIDATES)]
    later = await rig.call(2)  # the next call has its own
    await rig.session.obey(AddCandidate(2, "a", "0", 0))
    await rig.settle()
    assert later.candidates == ["a"]


@red_under(
    "kiosk/media/session.py",
    old="if order.generation <= self._newest_generation:",
    new="if order.generation < 0:",
)
async def test_what_belongs_to_an_older_generation_is_dropped(rig: Rig) -> None:
    call = await rig.call(5)
    await rig.session.obey(AnswerOffer(4, "late"))
    await rig.session.obey(AnswerOffer(5, "twice"))
    await rig.session.obey(AddCandidate(4, "late", "0", 0))
    await rig.settle()
    assert rig.engine.calls == [call]
    assert (call.closed, call.candidates) == (False, [])


async def test_a_new_call_closes_the_older_and_hears_nothing_of_it(rig: Rig) -> None:
    first = await rig.call(1)
    second = await rig.call(2)
    assert first.closed
    assert (1, LinkState.CLOSED) in rig.links()
    rig.frames.said.clear()
    first.received.on_picture(VideoFrame(64, 36, "yuv420p"))
    first.received.on_sound(sound())
    assert rig.frames.said == []
    assert rig.speaker.blocks == []
    second.received.on_picture(VideoFrame(64, 36, "yuv420p"))
    assert rig.frames.said == [(Source.DOCTOR, (64, 36))]


async def test_an_offer_that_cannot_be_answered_fails_that_generation(rig: Rig) -> None:
    await rig.session.obey(AnswerOffer(1, "refuse"))
    await rig.settle()
    assert rig.links() == [(1, LinkState.CONNECTING), (1, LinkState.FAILED)]
    assert rig.engine.calls[0].closed
    await rig.call(2)
    assert Answered(2, "answer to offer 2") in rig.sent


async def test_a_call_is_stalled_after_three_seconds_without_anything(rig: Rig) -> None:
    call = await rig.call()
    call.now = Pulse(Transport.CONNECTED, 1)
    rig.at(101.0)
    call.now = Pulse(Transport.CONNECTED, 2)
    rig.at(102.0)
    rig.at(104.9)
    assert rig.links()[-1] == (1, LinkState.CONNECTED)
    rig.at(105.0)
    assert rig.links()[-1] == (1, LinkState.STALLED)
    call.now = Pulse(Transport.CONNECTED, 3)
    rig.at(106.0)
    assert [state for _, state in rig.links()] == [
        LinkState.CONNECTING,
        LinkState.CONNECTED,
        LinkState.STALLED,
        LinkState.CONNECTED,
    ]


@pytest.mark.parametrize(
    ("transport", "state"),
    [(Transport.FAILED, LinkState.FAILED), (Transport.CLOSED, LinkState.CLOSED)],
)
async def test_a_call_that_ends_stops_capture_and_shows_nothing(
    rig: Rig, transport: Transport, state: LinkState
) -> None:
    call = await rig.call()
    assert rig.camera.is_open()
    assert rig.microphone.is_open()
    call.now = Pulse(transport, 9)
    rig.at(101.0)
    await rig.settle()
    assert call.closed
    assert rig.links()[-1] == (1, state)
    assert len(rig.links()) == 2
    assert rig.frames.said[-1] == (Source.DOCTOR, "stop")
    assert not rig.camera.is_open()
    assert not rig.microphone.is_open()


@red_under(
    "kiosk/media/session.py",
    old="        self._frames.stop(Source.DOCTOR)\n",
    new="",
)
async def test_closing_the_call_stops_everything(rig: Rig) -> None:
    call = await rig.call()
    call.received.on_picture(VideoFrame(64, 36, "yuv420p"))
    await rig.session.obey(CloseCall())
    await rig.settle()
    assert call.closed
    assert rig.frames.said[-1] == (Source.DOCTOR, "stop")
    assert rig.links()[-1] == (1, LinkState.CLOSED)
    rig.session.picture_taken(picture())
    rig.session.sound_taken(sound())
    assert call.pictures == []
    assert call.sounds == []


async def test_a_consultation_that_goes_leaves_nothing_captured_or_shown(rig: Rig) -> None:
    call = await rig.call(7)
    await rig.session.obey(SetSelfView(True))
    await rig.session.obey(SetMicrophone(True))
    rig.session.let_go()
    await rig.settle()
    assert call.closed
    assert not rig.camera.is_open()
    assert not rig.microphone.is_open()
    assert (Source.SELF, "stop") in rig.frames.said
    assert (Source.DOCTOR, "stop") in rig.frames.said
    assert (await rig.call(1)).offers == ["offer 1"]  # the next consultation counts from 1
    rig.session.sound_taken(sound())
    assert rig.engine.calls[-1].sounds[0].any(), "muted by the consultation before"


async def test_the_self_view_is_shown_small_and_only_when_on(rig: Rig) -> None:
    rig.session.picture_taken(picture())
    assert rig.frames.said == []
    await rig.session.obey(SetSelfView(True))
    assert rig.camera.is_open()
    rig.session.picture_taken(picture())
    assert rig.frames.said == [(Source.SELF, (640, 360))]
    await rig.session.obey(SetSelfView(False))
    assert rig.frames.said[-1] == (Source.SELF, "stop")
    assert not rig.camera.is_open()
    rig.session.picture_taken(picture())
    assert rig.frames.said[-1] == (Source.SELF, "stop")


@red_under("kiosk/media/session.py", old="        if self._muted:\n", new="        if False:\n")
async def test_a_muted_microphone_sends_silence(rig: Rig) -> None:
    call = await rig.call()
    await rig.session.obey(SetMicrophone(True))
    rig.session.sound_taken(sound())
    await rig.session.obey(SetMicrophone(False))
    rig.session.sound_taken(sound())
    silent, heard = call.sounds
    assert not silent.any()
    assert (heard == 1000).all()


async def test_the_microphone_is_ducked_while_the_doctor_speaks_only_where_asked() -> None:
    for half_duplex, quiet in ((True, True), (False, False)):
        rig = Rig(half_duplex=half_duplex)
        call = await rig.call()
        for _ in range(20):
            call.received.on_sound(sound(5000))
            rig.session.sound_taken(sound())
        assert (int(call.sounds[-1][0]) < 100) is quiet
        rig.now += 5.0  # the doctor's sound no longer comes at all
        for _ in range(60):
            rig.session.sound_taken(sound())
        assert int(call.sounds[-1][0]) == 1000
        await rig.session.close()


async def test_the_volume_is_that_of_what_is_played(rig: Rig) -> None:
    call = await rig.call()
    for volume, expected in ((100, 1000), (50, 500), (0, 0), (250, 1000)):
        await rig.session.obey(SetSpeaker(volume))
        call.received.on_sound(sound())
        assert (rig.speaker.blocks[-1] == expected).all()


async def test_a_speaker_that_breaks_leaves_the_call_and_is_tried_again(rig: Rig) -> None:
    call = await rig.call(1)
    rig.speaker.broken = True
    call.received.on_sound(sound())
    assert rig.speaker.closed
    rig.speaker.broken = False
    call.received.on_sound(sound())
    assert rig.speaker.blocks == []
    again = await rig.call(2)
    again.received.on_sound(sound())
    assert len(rig.speaker.blocks) == 1


async def test_lost_and_found_captures_are_reported(rig: Rig) -> None:
    rig.session.camera_presence(False)
    assert rig.frames.said == [(Source.SELF, "stop")]
    rig.session.camera_presence(True)
    rig.session.microphone_presence(False)
    rig.session.microphone_presence(True)
    assert rig.sent == [
        CaptureLost("camera"),
        CaptureBack("camera"),
        CaptureLost("microphone"),
        CaptureBack("microphone"),
    ]


async def test_hello_says_what_there_is(rig: Rig) -> None:
    rig.camera.present = False
    rig.session.microphone = None
    hello = rig.session.hello()
    assert (hello.camera, hello.microphone) == (False, False)
    assert (hello.camera_simulated, hello.microphone_simulated) == (True, False)


async def test_statistics_are_of_the_last_second(rig: Rig) -> None:
    call = await rig.call()
    rig.at(100.9)
    assert not [m for m in rig.sent if isinstance(m, MediaStats)]
    for value in (10, 20):
        planes = np.full((54, 64), value, dtype=np.uint8)
        frame = VideoFrame.from_ndarray(planes, format="yuv420p")
        call.received.on_picture(frame)
        call.sent.picture.add(frame)
    call.received.on_sound(sound(300))
    call.sent.sound.add(sound(400))
    rig.at(101.0)
    rig.at(102.0)
    full, empty = (m for m in rig.sent if isinstance(m, MediaStats))
    assert full == MediaStats(1, 2, 2, 10.0, 10.0, 400.0, 300.0, 64, 36, True, True)
    assert empty == MediaStats(1, 0, 0, 0.0, 0.0, 0.0, 0.0, 0, 0)
