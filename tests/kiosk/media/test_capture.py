"""Cameras and microphones: opened while wanted, lost, back, looped; sound written."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import types
import wave
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cli.demo_content import FRAMES, DemoContent, generate, read_strip
from config.schemas import Camera, Microphone, Speaker
from kiosk.media.cameras import V4l2Camera, VideoFile, VideoFileCapture, camera_source
from kiosk.media.capture import CaptureThread
from kiosk.media.errors import CaptureUnavailable, SpeakerUnavailable
from kiosk.media.microphones import SoundFileCapture, SoundInput, microphone_source
from kiosk.media.sound import BLOCK
from kiosk.media.speakers import SoundOutput, WavFile, open_speaker


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoContent:
    return generate(tmp_path_factory.mktemp("demo"))


# --- the thread ----------------------------------------------------------------------------------


class Plug:
    """A device on a plug: `give` makes it give an item, `pull` unplugs it."""

    simulated = False

    def __init__(self, *, plugged: bool = True) -> None:
        self._condition = threading.Condition()
        self._plugged = plugged
        self._items: list[int] = []
        self.starved = threading.Event()
        self.opened = 0
        self.closed = 0

    def present(self) -> bool:
        return self._plugged

    def open(self) -> Plug:
        if not self._plugged:
            raise CaptureUnavailable("gone", on="plug", advice="plug it in")
        self.opened += 1
        return self

    def read(self) -> int:
        with self._condition:
            if not self._items:
                self.starved.set()
            self._condition.wait_for(lambda: self._items or not self._plugged, timeout=5)
            if not self._plugged:
                raise CaptureUnavailable("gone", on="plug", advice="plug it in")
            return self._items.pop(0)

    def close(self) -> None:
        self.closed += 1

    def give(self, *items: int) -> None:
        with self._condition:
            self._items += items
            self.starved.clear()
            self._condition.notify_all()

    def pull(self) -> None:
        with self._condition:
            self._plugged = False
            self._condition.notify_all()

    def plug_in(self) -> None:
        with self._condition:
            self._plugged = True


class Watched:
    """A capture thread over a plug, and a queue of what it called back."""

    def __init__(self, plug: Plug, *, keep: int = 1) -> None:
        self.plug = plug
        self.events: asyncio.Queue[object] = asyncio.Queue()
        self.thread: CaptureThread[int] = CaptureThread(
            "camera",
            plug,
            keep=keep,
            on_item=self.events.put_nowait,
            on_presence=lambda there: self.events.put_nowait("back" if there else "lost"),
            look_again_s=0.02,
        )
        self.thread.start()

    async def next(self) -> object:
        async with asyncio.timeout(5):
            return await self.events.get()


@pytest.fixture
async def watch() -> AsyncIterator[Callable[..., Watched]]:
    made: list[Watched] = []

    def make(plug: Plug, *, keep: int = 1) -> Watched:
        made.append(Watched(plug, keep=keep))
        return made[-1]

    yield make
    for one in made:
        one.plug.pull()
        one.thread.close()


async def test_a_camera_unplugged_in_mid_call_is_lost_and_comes_back(
    watch: Callable[..., Watched],
) -> None:
    plug = Plug()
    watched = watch(plug)
    watched.thread.want(True)
    plug.give(1)
    assert await watched.next() == 1
    plug.pull()
    assert await watched.next() == "lost"
    plug.plug_in()
    plug.give(2)
    assert {await watched.next(), await watched.next()} == {"back", 2}
    assert (plug.opened, plug.closed) == (2, 1)


async def test_a_camera_absent_at_the_start_is_reported_when_it_comes(
    watch: Callable[..., Watched],
) -> None:
    plug = Plug(plugged=False)
    watched = watch(plug)
    assert not watched.thread.present
    plug.plug_in()
    assert await watched.next() == "back"
    assert plug.opened == 0  # nobody wanted a picture


async def test_a_camera_nobody_wants_is_closed(watch: Callable[..., Watched]) -> None:
    plug = Plug()
    watched = watch(plug)
    watched.thread.want(True)
    plug.give(1)
    assert await watched.next() == 1
    watched.thread.want(False)
    plug.give(2)
    async with asyncio.timeout(5):
        while not plug.closed:  # noqa: ASYNC110 - closed by another thread
            await asyncio.sleep(0.005)
    assert watched.events.empty(), "a picture taken after the camera was switched off came through"


async def test_a_busy_loop_gets_the_newest_and_nothing_piles_up(
    watch: Callable[..., Watched],
) -> None:
    plug = Plug()
    watched = watch(plug, keep=2)
    plug.give(*range(1, 101))
    watched.thread.want(True)
    assert plug.starved.wait(5)  # the event loop is kept busy here on purpose
    assert await watched.next() == 99
    assert await watched.next() == 100
    assert watched.events.empty()


# --- cameras -------------------------------------------------------------------------------------


def test_a_video_file_plays_at_its_rate_and_loops_without_a_seam(demo: DemoContent) -> None:
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    capture = VideoFileCapture(
        demo.patient_video, width=1280, height=720, clock=lambda: now, sleep=sleep
    )
    numbers = []
    for _ in range(FRAMES + 30):
        frame = capture.read().frame
        luma = np.asarray(frame.to_ndarray()[: frame.height], dtype=np.uint8)
        numbers.append(read_strip(luma))
    capture.close()
    assert numbers == [n % FRAMES for n in range(FRAMES + 30)]
    assert now == pytest.approx((FRAMES + 29) / 25)


def test_a_missing_or_broken_camera_file_says_which_and_what_to_do(tmp_path: Path) -> None:
    missing = VideoFile(tmp_path / "none.mp4", width=1280, height=720)
    assert not missing.present()
    with pytest.raises(CaptureUnavailable, match=r"none\.mp4.*\[media\.camera\]"):
        missing.open()
    (tmp_path / "broken.mp4").write_bytes(b"not a film")
    with pytest.raises(CaptureUnavailable, match=r"broken\.mp4"):
        VideoFile(tmp_path / "broken.mp4", width=1280, height=720).open()


class FakeDevice:
    """What cv2.VideoCapture is to us."""

    def __init__(self, pictures: list[NDArray[np.uint8]]) -> None:
        self.pictures = pictures
        self.released = False

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return bool(self.pictures)

    def read(self) -> tuple[bool, NDArray[np.uint8] | None]:
        return (True, self.pictures.pop(0)) if self.pictures else (False, None)

    def release(self) -> None:
        self.released = True


def test_an_unplugged_v4l2_camera_is_a_lost_capture(tmp_path: Path) -> None:
    gray = np.full((720, 1280, 3), 128, dtype=np.uint8)
    device: Any = FakeDevice([gray])
    camera = V4l2Camera(Camera(device=tmp_path / "video0"), open_device=lambda _: device)
    assert not camera.present()
    (tmp_path / "video0").touch()
    assert camera.present()
    capture = camera.open()
    frame = capture.read().frame
    assert (frame.width, frame.height, frame.format.name) == (1280, 720, "yuv420p")
    with pytest.raises(CaptureUnavailable, match=r"video0.*cable"):
        capture.read()
    capture.close()
    assert device.released


def test_a_v4l2_camera_that_does_not_open_is_let_go_of(tmp_path: Path) -> None:
    device: Any = FakeDevice([])
    with pytest.raises(CaptureUnavailable, match="does not open"):
        V4l2Camera(Camera(device=tmp_path / "v"), open_device=lambda _: device).open()
    assert device.released


def test_the_real_opencv_refuses_a_device_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CaptureUnavailable, match="does not open"):
        camera_source(Camera(device=tmp_path / "video7")).open()


# --- sound in ------------------------------------------------------------------------------------


def test_a_sound_file_loops_at_its_rate(tmp_path: Path) -> None:
    ramp = np.arange(24_000, dtype=np.int16)
    with wave.open(str(tmp_path / "ramp.wav"), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        file.writeframes(ramp.tobytes())
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    capture = SoundFileCapture(tmp_path / "ramp.wav", clock=lambda: now, sleep=sleep)
    heard = np.concatenate([capture.read() for _ in range(60)])
    capture.close()
    assert np.array_equal(heard, np.resize(ramp, 60 * BLOCK))
    assert now == pytest.approx(59 * 0.02)


def test_a_missing_sound_file_says_which_and_what_to_do(tmp_path: Path) -> None:
    source = microphone_source(Microphone(file=tmp_path / "none.wav"))
    assert not source.present()
    with pytest.raises(CaptureUnavailable, match=r"none\.wav.*\[media\.microphone\]"):
        source.open()


class FakePortAudio(types.ModuleType):
    """What sounddevice is to us; `InputStream` gives ones until unplugged."""

    class PortAudioError(Exception):
        pass

    def __init__(self) -> None:
        super().__init__("sounddevice")
        self.unplugged = False
        self.stream: Any = None
        outer = self

        class Stream:
            def __init__(self, **settings: Any) -> None:
                if outer.unplugged:
                    raise outer.PortAudioError("no such device")
                self.settings = settings
                self.active = True
                outer.stream = self

            def start(self) -> None: ...

            def read(self, count: int) -> tuple[NDArray[np.int16], bool]:
                if outer.unplugged:
                    raise outer.PortAudioError("device unavailable")
                return np.ones((count, 1), dtype=np.int16), False

            def close(self, ignore_errors: bool) -> None:
                self.active = False

        self.InputStream = Stream
        self.OutputStream = Stream

    def query_devices(self, device: str | None, kind: str) -> dict[str, str]:
        if self.unplugged:
            raise self.PortAudioError("no such device")
        return {}


@pytest.fixture
def portaudio(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePortAudio]:
    fake = FakePortAudio()
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    yield fake


def test_an_unplugged_microphone_is_a_lost_capture(portaudio: FakePortAudio) -> None:
    source = SoundInput("USB mic")
    assert source.present()
    capture = source.open()
    assert capture.read().shape == (BLOCK,)
    portaudio.unplugged = True
    with pytest.raises(CaptureUnavailable, match=r"USB mic.*cable"):
        capture.read()
    capture.close()
    assert not source.present()


def test_without_portaudio_sound_is_off_and_says_so() -> None:
    """In a process of its own: the import is what fails."""
    program = (
        "import sys, ctypes.util\n"
        "import importlib.abc\n"
        "class Missing(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'sounddevice': raise OSError('PortAudio library not found')\n"
        "sys.meta_path.insert(0, Missing())\n"
        "from config.schemas import Microphone, Speaker\n"
        "from kiosk.media.microphones import microphone_source\n"
        "from kiosk.media.speakers import open_speaker\n"
        "from kiosk.media.errors import SpeakerUnavailable\n"
        "assert microphone_source(Microphone(device='default')).present() is False\n"
        "try: open_speaker(Speaker(device='default'))\n"
        "except SpeakerUnavailable as error: print(error)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30
    )
    assert "PortAudio is not installed" in run.stdout


# --- sound out -----------------------------------------------------------------------------------


def test_a_sound_file_is_whole_after_every_block(tmp_path: Path) -> None:
    path = tmp_path / "speaker.wav"
    sink = open_speaker(Speaker(file=path))
    written = np.zeros(0, dtype=np.int16)
    for number in range(5):
        with wave.open(str(path)) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (48_000, 1, 2)
            read = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)
        assert np.array_equal(read, written)
        block = np.full(BLOCK, number + 1, dtype=np.int16)
        sink.write(block)
        written = np.concatenate([written, block])
    sink.close()


def test_a_speaker_file_of_an_earlier_patient_is_emptied(tmp_path: Path) -> None:
    path = tmp_path / "speaker.wav"
    earlier = WavFile(path)
    earlier.write(np.ones(BLOCK, dtype=np.int16))
    earlier.close()
    WavFile(path).close()
    assert path.stat().st_size == 44


def test_a_speaker_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(SpeakerUnavailable, match=r"\[media\.speaker\]"):
        open_speaker(Speaker(file=tmp_path / "no" / "such" / "folder.wav"))


def test_a_speaker_plays_in_order_fills_with_silence_and_drops_the_oldest(
    portaudio: FakePortAudio,
) -> None:
    output = SoundOutput("default")
    play = portaudio.stream.settings["callback"]
    early = np.full((480, 1), -1, dtype=np.int16)
    output.write(np.full(BLOCK, 99, dtype=np.int16))
    play(early, 480, None, None)
    assert not early.any(), "it plays before it has something to play evenly from"
    for number in range(1, 12):
        output.write(np.full(BLOCK, number, dtype=np.int16))
    out = np.full((BLOCK * 9, 1), -1, dtype=np.int16)
    for at in range(0, len(out), 480):  # the card asks for half a block at a time
        play(out[at : at + 480], 480, None, None)
    blocks = out.reshape(9, BLOCK)
    assert [int(block[0]) for block in blocks] == [4, 5, 6, 7, 8, 9, 10, 11, 0]
    assert all((block == block[0]).all() for block in blocks)
    portaudio.stream.active = False
    with pytest.raises(SpeakerUnavailable, match="stopped playing"):
        output.write(np.zeros(BLOCK, dtype=np.int16))
