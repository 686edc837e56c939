"""The media process from outside: its sockets, its end, and a call with a real Chromium."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import numpy as np
import pytest

from bench.media_page import Browser, browser
from cli.demo_content import DemoContent, generate, read_strip
from contracts.media import (
    AddCandidate,
    Answered,
    AnswerOffer,
    CallLink,
    CaptureBack,
    CaptureLost,
    CloseCall,
    FrameNotice,
    LinkState,
    MediaHello,
    MediaStats,
    SetMicrophone,
    SetSelfView,
    SetSpeaker,
    Source,
)
from tests.kiosk.media.front_end import FrontEnd
from tests.kiosk.media.page import Page
from tests.kiosk.media.process import MediaProcess, media_process


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoContent:
    return generate(tmp_path_factory.mktemp("demo"))


def files(demo: DemoContent, *, speaker: bool = False) -> str:
    return (
        "[media]\nloopback = true\nhalf_duplex = false\n"
        f'[media.camera]\nfile = "{demo.patient_video}"\n'
        f'[media.microphone]\nfile = "{demo.patient_voice}"\n'
        + ('[media.speaker]\nfile = "speaker.wav"\n' if speaker else "")
    )


def strip_of(reader: FrontEnd, notice: FrameNotice) -> int | None:
    frame = np.frombuffer(reader.frame(notice), dtype=np.uint8)
    return read_strip(frame[: notice.width * notice.height].reshape(notice.height, notice.width))


async def call_page(booth: MediaProcess, page: Page, generation: int) -> None:
    offer, candidates = await page.offer()
    for candidate in candidates:  # before the offer, as happens
        booth.consultation.say(AddCandidate(generation, candidate, "0", 0))
    booth.consultation.say(AnswerOffer(generation, offer))
    answered = await booth.consultation.hears(Answered)
    assert answered.generation == generation
    await page.take(answered.sdp)
    await booth.consultation.hears(CallLink, lambda link: link.state is LinkState.CONNECTED)


async def call_chromium(booth: MediaProcess, page: Browser, generation: int) -> None:
    async def trickle() -> None:
        while True:
            candidate, mid, line = await page.candidates.get()
            booth.consultation.say(AddCandidate(generation, candidate, mid, line))

    trickling = asyncio.create_task(trickle())
    try:
        booth.consultation.say(AnswerOffer(generation, await page.offer()))
        await page.take((await booth.consultation.hears(Answered)).sdp)
        await booth.consultation.hears(CallLink, lambda link: link.state is LinkState.CONNECTED)
    finally:
        trickling.cancel()


def open_files(pid: int) -> list[str]:
    found = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.append(str(link.readlink()))
        except FileNotFoundError:
            continue
    return found


def shared_memory() -> set[Path]:
    return set(Path("/dev/shm").iterdir())


# --- beginning and end ---------------------------------------------------------------------------


async def test_hello_says_what_there_is(tmp_path: Path, demo: DemoContent) -> None:
    async with media_process(tmp_path, files(demo)) as booth:
        hello = await booth.start()
        assert hello == MediaHello(
            camera=True, microphone=True, camera_simulated=True, microphone_simulated=True
        )
        assert await booth.end() == 0


async def test_no_camera_and_no_microphone_is_no_reason_to_stop(tmp_path: Path) -> None:
    async with media_process(tmp_path) as booth:
        hello = await booth.start()
        assert (hello.camera, hello.microphone) == (False, False)
        assert await booth.end(signal.SIGINT) == 0


async def test_a_camera_file_that_is_missing_is_said_and_taken_when_it_comes(
    tmp_path: Path, demo: DemoContent
) -> None:
    missing = tmp_path / "later.mp4"
    async with media_process(tmp_path, f'[media.camera]\nfile = "{missing}"\n') as booth:
        assert not (await booth.start()).camera
        assert "capture_absent what=camera" in booth.log
        missing.symlink_to(demo.patient_video)
        assert (await booth.consultation.hears(CaptureBack)).what == "camera"
        missing.unlink()
        assert (await booth.consultation.hears(CaptureLost)).what == "camera"


@pytest.mark.parametrize(
    ("media", "words"),
    [
        ("[media.camera]\nwidth = 640\n", "[media.camera] takes either"),
        ('[media.speaker]\nfile = "a"\ndevice = "b"\n', "[media.speaker] takes either"),
        ("[media]\nhalf_duplexx = true\n", "did you mean 'half_duplex'?"),
    ],
)
async def test_a_wrong_configuration_is_one_line_and_exit_2(
    tmp_path: Path, media: str, words: str
) -> None:
    async with media_process(tmp_path, media) as booth:
        await booth.spawn()
        assert booth.process is not None
        assert await booth.process.wait() == 2
        assert words in booth.log
        assert len(booth.log.splitlines()) == 1


async def test_it_waits_for_the_consultation_and_finds_the_next_one(
    tmp_path: Path, demo: DemoContent
) -> None:
    async with media_process(tmp_path, files(demo)) as booth:
        await booth.spawn()  # before anyone listens
        await booth.consultation.start()
        await booth.consultation.hears(MediaHello)
        await booth.consultation.stop()
        await booth.consultation.start()
        await booth.consultation.hears(MediaHello)


async def test_an_order_that_cannot_be_read_is_dropped_and_not_quoted(tmp_path: Path) -> None:
    async with media_process(tmp_path) as booth:
        await booth.start()
        booth.consultation.say_raw(b'{"type":"unknown","name":"Durand"}\nnot json Durand\n')
        booth.consultation.say(CloseCall())
        await booth.consultation.stop()
        await booth.consultation.start()
        await booth.consultation.hears(MediaHello)
        assert booth.log.count("order_unreadable") == 2
        assert "Durand" not in booth.log


# --- a call with a plain peer --------------------------------------------------------------------


async def test_a_call_both_ways_shown_counted_and_closed(tmp_path: Path, demo: DemoContent) -> None:
    async with media_process(tmp_path, files(demo)) as booth:
        await booth.start()
        reader = FrontEnd(booth.run / "frames.sock")
        page = Page()
        try:
            await call_page(booth, page, 1)
            await page.until(lambda: len(page.pictures) >= 50 and len(page.sound) >= 100)
            numbers = page.numbers()
            assert len(set(numbers)) >= 40, numbers
            seen: list[int | None] = []
            while len(seen) < 20:
                notice = await reader.until(lambda one: one.source is Source.DOCTOR)
                seen.append(strip_of(reader, notice))
            assert (notice.width, notice.height) == (640, 360)
            assert len({number for number in seen if number is not None}) >= 15, seen
            stats = await booth.consultation.hears(MediaStats, lambda one: one.sent_content > 0)
            assert stats.frames_sent >= 5
            stats = await booth.consultation.hears(MediaStats)
            assert stats.frames_sent >= 5
            assert stats.received_content > 0
            assert stats.audio_received_rms > 4000  # a sine of peak 8000
            assert (stats.width_received, stats.height_received) == (640, 360)
            booth.consultation.say(CloseCall())
            await booth.consultation.hears(CallLink, lambda one: one.state is LinkState.CLOSED)
            await reader.until(lambda one: one.slot is None and one.source is Source.DOCTOR)
            assert set(reader.memory(notice)) == {0}
        finally:
            await page.close()
            reader.close()
        assert await booth.end() == 0


async def test_it_ends_within_two_seconds_in_mid_call(tmp_path: Path, demo: DemoContent) -> None:
    async with media_process(tmp_path, files(demo, speaker=True)) as booth:
        await booth.start()
        page = Page()
        try:
            await call_page(booth, page, 1)
            assert await booth.end(within=2.0) == 0
        finally:
            await page.close()
        assert not (booth.run / "frames.sock").exists()


async def test_a_consultation_that_dies_ends_the_call(tmp_path: Path, demo: DemoContent) -> None:
    async with media_process(tmp_path, files(demo)) as booth:
        await booth.start()
        reader = FrontEnd(booth.run / "frames.sock")
        page = Page()
        try:
            booth.consultation.say(SetSelfView(True))
            notice = await reader.until(lambda one: one.source is Source.SELF)
            assert (notice.width, notice.height) == (640, 360)
            assert strip_of(reader, notice) is not None
            await call_page(booth, page, 1)
            await reader.until(lambda one: one.source is Source.DOCTOR)
            await booth.consultation.stop()
            stopped: set[Source] = set()
            while stopped != {Source.SELF, Source.DOCTOR}:
                notice = await reader.until(lambda one: one.slot is None)
                stopped.add(notice.source)
        finally:
            await page.close()
            reader.close()


async def test_a_killed_process_leaves_nothing(tmp_path: Path, demo: DemoContent) -> None:
    shared_before = shared_memory()
    async with media_process(tmp_path, files(demo)) as booth:
        await booth.start()
        reader = FrontEnd(booth.run / "frames.sock")
        page = Page()
        try:
            await call_page(booth, page, 1)
            await reader.until(lambda one: one.source is Source.DOCTOR)
            assert booth.process is not None
            held = open_files(booth.process.pid)
            assert any("memfd:frames" in one for one in held)
            on_disk = {
                one
                for one in held
                if one.startswith("/") and not one.startswith(("/dev/", "/memfd"))
            }
            assert on_disk <= {
                str(demo.patient_video),
                str(demo.patient_voice),
                str(booth.folder / "stderr"),
            }
            await booth.end(signal.SIGKILL)
        finally:
            await page.close()
            reader.close()
        assert shared_memory() <= shared_before
        left = {path.name for path in booth.folder.rglob("*") if path.is_file()}
        assert left == {"booth.toml", "stderr"}
        # Its sockets' names are taken over by the next one.
        await booth.spawn()
        await booth.consultation.hears(MediaHello)
        FrontEnd(booth.run / "frames.sock").close()


# --- a call with Chromium ------------------------------------------------------------------------

NUMBER = "window.luma(0, 1 - 18 / 720, 1, 12 / 720, 20, 1)"


def number_of(cells: list[int]) -> int | None:
    return read_strip(np.repeat(np.array([cells], dtype=np.uint8), 64, axis=1).repeat(720, axis=0))


@pytest.mark.e2e
async def test_chromium_sees_and_hears_the_booth_and_the_booth_chromium(
    tmp_path: Path, demo: DemoContent
) -> None:
    async with media_process(tmp_path, files(demo, speaker=True)) as booth, browser() as page:
        await booth.start()
        reader = FrontEnd(booth.run / "frames.sock")
        try:
            await call_chromium(booth, page, 1)
            await page.until("document.querySelector('video').videoWidth === 1280")
            numbers = []
            for _ in range(20):
                numbers.append(number_of(await page.page.evaluate(NUMBER)))
                await page.page.evaluate(
                    "new Promise(done => document.querySelector('video')"
                    ".requestVideoFrameCallback(done))"
                )
            read = [number for number in numbers if number is not None]
            assert len(read) >= 18, numbers
            assert len(set(read)) >= 15, numbers

            await page.until("window.stats().then(all => all.audio.totalAudioEnergy > 0.001)")
            booth.consultation.say(SetMicrophone(True))
            stats = await booth.consultation.hears(MediaStats, lambda one: one.audio_sent_rms == 0)
            assert stats.frames_sent > 0
            before = (await page.inbound())["audio"]
            await booth.consultation.hears(MediaStats)
            await booth.consultation.hears(MediaStats)
            after = (await page.inbound())["audio"]
            # What was under way when muted may still sound; then nothing does.
            await booth.consultation.hears(MediaStats)
            last = (await page.inbound())["audio"]
            assert last["totalAudioEnergy"] - after["totalAudioEnergy"] < 1e-6
            assert last["totalSamplesReceived"] > before["totalSamplesReceived"]

            notices: list[FrameNotice] = []
            while len(notices) < 10:
                notices.append(await reader.until(lambda one: one.source is Source.DOCTOR))
            frames = {bytes(reader.frame(one)[::997]) for one in notices[-3:]}
            assert len(frames) >= 2, "Chromium's moving pattern does not move"
            stats = await booth.consultation.hears(
                MediaStats, lambda one: one.received_content > 0 and one.audio_received_rms > 50
            )
            assert stats.frames_received > 5
            booth.consultation.say(SetSpeaker(0))
        finally:
            reader.close()
        assert await booth.end() == 0
        heard = (tmp_path / "speaker.wav").read_bytes()
        assert heard[:4] == b"RIFF"
        assert np.frombuffer(heard[44:], dtype=np.int16).any()


@pytest.mark.e2e
async def test_chromium_reloaded_gets_a_new_generation_and_the_old_is_closed(
    tmp_path: Path, demo: DemoContent
) -> None:
    async with media_process(tmp_path, files(demo)) as booth, browser() as page:
        await booth.start()
        for generation in (1, 2):
            await call_chromium(booth, page, generation)
            await page.until("document.querySelector('video').videoWidth > 0")
            await page.reload()
            if generation == 1:
                await booth.consultation.hears(
                    CallLink, lambda one: one.state in (LinkState.CLOSED, LinkState.STALLED)
                )
