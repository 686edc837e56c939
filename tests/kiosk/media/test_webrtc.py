"""Our engine against a plain aiortc peer that plays the page, over loopback."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator

import numpy as np
import pytest
from av import VideoFrame

from cli.demo_content import draw
from kiosk.media.cameras import stamped
from kiosk.media.engine import Received, SentMeters
from kiosk.media.errors import OfferRefused
from kiosk.media.levels import PictureMeter, SoundMeter
from kiosk.media.liveness import Transport
from kiosk.media.sound import samples_of
from kiosk.media.webrtc import AiortcCall, AiortcEngine
from tests.kiosk.media.page import TONE_HZ, Page, Tone, strip, strongest_hz


class Booth:
    """A call of ours, what it received, and a source of numbered pictures and a tone."""

    def __init__(self) -> None:
        self.sent = SentMeters(PictureMeter(), SoundMeter())
        self.pictures: list[VideoFrame] = []
        self.sound: list[np.ndarray] = []
        self.call: AiortcCall = AiortcEngine(loopback=True).new_call(
            Received(on_picture=self.pictures.append, on_sound=self.sound.append), self.sent
        )
        self._tasks = [
            asyncio.create_task(self._send_pictures()),
            asyncio.create_task(self._send_tone(220)),
        ]

    async def _send_pictures(self) -> None:
        number = 0
        while True:
            number = (number + 1) % 200
            image = VideoFrame.from_ndarray(draw(number), format="bgr24")
            self.call.send_picture(stamped(image.reformat(format="yuv420p")))
            await asyncio.sleep(0.04)

    async def _send_tone(self, hz: float) -> None:
        tone = Tone(hz)
        while True:
            frame = await tone.recv()
            self.call.send_sound(samples_of(frame))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.call.close()


@contextlib.asynccontextmanager
async def connected(page: Page) -> AsyncIterator[tuple[Page, Booth, str]]:
    booth = Booth()
    try:
        offer, candidates = await page.offer()
        answer = await booth.call.answer(offer)
        await page.take(answer)
        for candidate in candidates:
            await booth.call.add_candidate(candidate, mid="0", line=0)
        yield page, booth, answer
    finally:
        await booth.close()
        await page.close()


@pytest.mark.parametrize("codec", [None, "video/H264", "video/VP8"])
async def test_pictures_and_sound_arrive_both_ways(codec: str | None) -> None:
    async with connected(Page(video_codec=codec)) as (page, booth, answer):
        await page.until(
            lambda: (
                len(page.pictures) >= 25
                and len(page.sound) >= 60
                and len(booth.pictures) >= 20
                and len(booth.sound) >= 60
            )
        )
        numbers = page.numbers()
        assert len(set(numbers)) >= 20, numbers
        assert numbers == sorted(numbers)
        assert page.pictures[-1].width == 1280
        seen = [strip(picture) for picture in booth.pictures]
        assert len({number for number in seen if number is not None}) >= 15, seen
        assert abs(strongest_hz(np.concatenate(page.sound[20:60])) - 220) < 5
        assert abs(strongest_hz(np.concatenate(booth.sound[20:60])) - TONE_HZ) < 5
        level = booth.sent.picture.read()
        assert level.frames >= 25
        assert level.content > 0
        assert 5000 < booth.sent.sound.read() < 6000  # a sine of peak 8000
        pulse = booth.call.pulse()
        assert pulse.transport is Transport.CONNECTED
        assert pulse.packets > 80
        preferred = "H264" if codec != "video/VP8" else "VP8"
        assert preferred in answer.split("m=video")[1]


async def test_the_instrument_line_is_there_and_inactive() -> None:
    async with connected(Page()) as (_, _, answer):
        sound, camera, instrument = answer.split("m=")[1:]
        assert "a=sendrecv" in sound
        assert "a=sendrecv" in camera
        assert "a=inactive" in instrument
        assert "127.0.0.1" in answer


async def test_the_far_end_closing_is_seen() -> None:
    async with connected(Page()) as (page, booth, _):
        await page.until(lambda: len(page.pictures) >= 1)
        await page.peer.close()
        async with asyncio.timeout(5):
            while booth.call.pulse().transport is not Transport.CLOSED:  # noqa: ASYNC110 - polled
                await asyncio.sleep(0.02)


async def test_nothing_arrives_after_close() -> None:
    async with connected(Page()) as (page, booth, _):
        await page.until(lambda: len(booth.pictures) >= 5)
        await booth.call.close()
        received = len(booth.pictures), len(booth.sound)
        await asyncio.sleep(0.2)  # what would come, comes every 50 ms
        assert (len(booth.pictures), len(booth.sound)) == received


@pytest.mark.parametrize(
    "offer",
    [
        "",
        "this is not SDP",
        "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n",
    ],
)
async def test_an_offer_that_cannot_be_answered_is_refused(offer: str) -> None:
    booth = Booth()
    try:
        with pytest.raises(OfferRefused):
            await booth.call.answer(offer)
    finally:
        await booth.close()


async def test_an_offer_of_a_thousand_candidates_is_refused() -> None:
    """Each would be paired with all of ours, while nothing else is done."""
    booth, page = Booth(), Page()
    try:
        offer, _ = await page.offer()
        lines = "".join(
            f"a=candidate:{n} 1 udp 2122260223 10.0.{n // 250}.{n % 250} 5000 typ host\r\n"
            for n in range(1000)
        )
        with pytest.raises(OfferRefused, match="candidates"):
            await booth.call.answer(offer + lines)
    finally:
        await page.close()
        await booth.close()


async def test_a_candidate_that_cannot_be_read_is_dropped() -> None:
    async with connected(Page()) as (page, booth, _):
        for broken in ("", "candidate:", "nonsense", "candidate:1 2 udp x y z typ host"):
            await booth.call.add_candidate(broken, mid="0", line=0)
        await page.until(lambda: len(page.pictures) >= 1)


async def test_an_offer_damaged_on_the_way_is_answered_or_refused_never_a_crash() -> None:
    seed = 20261122
    print("seed", seed)
    chance = random.Random(seed)
    page = Page()
    offer, _ = await page.offer()
    await page.close()
    lines = offer.splitlines()
    refused = 0
    for _ in range(150):
        damaged = list(lines)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(damaged))
            match chance.randrange(4):
                case 0:
                    del damaged[at]
                case 1:
                    damaged[at] = damaged[at][: chance.randrange(len(damaged[at]) + 1)]
                case 2:
                    damaged.insert(at, chance.choice(lines))
                case _:
                    damaged[at] = damaged[at].replace(chance.choice("0123456789:/= "), "x")
        booth = Booth()
        try:
            await booth.call.answer("\r\n".join(damaged) + "\r\n")
        except OfferRefused:
            refused += 1
        finally:
            await booth.close()
    assert 10 < refused < 150
