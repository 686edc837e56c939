"""Microphones: a sound input, or a sound file looped at its real rate. Blocks as in `sound`."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING

from config.schemas import Microphone
from kiosk.media.capture import CaptureSource
from kiosk.media.errors import CaptureUnavailable
from kiosk.media.sound import BLOCK, RATE, Block, device, portaudio, samples_of

if TYPE_CHECKING:
    import av

LATE_S = 0.2  # behind by more than this, a file goes on from now rather than catch up


def microphone_source(microphone: Microphone) -> CaptureSource[Block]:
    """The source that `microphone` describes (exactly one of `device` and `file` is set)."""
    if microphone.file is not None:
        return SoundFile(microphone.file)
    assert microphone.device is not None  # noqa: S101 - checked when the settings were read
    return SoundInput(microphone.device)


class SoundFile:
    """A file that plays the microphone's part, over and over."""

    simulated = True

    def __init__(self, path: Path) -> None:
        self._path = path

    def present(self) -> bool:
        """Whether the file is there."""
        return self._path.is_file()

    def open(self) -> SoundFileCapture:
        """Open it, or raise `CaptureUnavailable`."""
        return SoundFileCapture(self._path)


class SoundFileCapture:
    """Blocks of a file, at their real rate."""

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        import av  # noqa: PLC0415 - 270 ms that the first message does not wait for

        self._path = path
        self._clock = clock
        self._sleep = sleep
        self._av_error = av.FFmpegError
        try:
            self._container = av.open(str(path))
        except (OSError, av.FFmpegError) as error:
            raise self._unavailable(str(error)) from error
        if not self._container.streams.audio:
            self._container.close()
            raise self._unavailable("no sound in this file")
        self._blocks = self._played(
            av.AudioResampler(format="s16", layout="mono", rate=RATE, frame_size=BLOCK)
        )
        self._due = clock()

    def read(self) -> Block:
        """The next 20 ms, when their time has come."""
        try:
            block = next(self._blocks)
        except (OSError, self._av_error) as error:
            raise self._unavailable(str(error)) from error
        now = self._clock()
        if now > self._due + LATE_S:
            self._due = now
        if now < self._due:
            self._sleep(self._due - now)
        self._due += BLOCK / RATE
        return block

    def close(self) -> None:
        """Close the file."""
        self._blocks.close()
        self._container.close()

    def _played(self, resampler: av.AudioResampler) -> Generator[Block]:
        samples = 0
        while True:
            before = samples
            for frame in self._container.decode(audio=0):
                frame.pts = None  # the file starts again and again; time here does not
                samples += frame.samples
                for piece in resampler.resample(frame):
                    yield samples_of(piece)
            if samples == before:
                raise self._unavailable("no sound in this file")
            self._container.seek(0)

    def _unavailable(self, why: str) -> CaptureUnavailable:
        return CaptureUnavailable(
            f"the sound file cannot be played: {why}",
            on=str(self._path),
            advice="check [media.microphone] file in booth.toml",
        )


class SoundInput:
    """A microphone, by PortAudio's name for it, or `default`."""

    simulated = False

    def __init__(self, name: str) -> None:
        self._name = name

    def present(self) -> bool:
        """Whether PortAudio knows such an input."""
        try:
            with portaudio(self._gone) as sounddevice:
                sounddevice.query_devices(device(self._name), "input")
        except CaptureUnavailable:
            return False
        return True

    def open(self) -> SoundInputCapture:
        """Open it, or raise `CaptureUnavailable`."""
        return SoundInputCapture(self._name, self._gone)

    def _gone(self, why: str) -> CaptureUnavailable:
        return CaptureUnavailable(
            f"the microphone cannot be used: {why}",
            on=self._name,
            advice="check its cable and [media.microphone] device in booth.toml",
        )


class SoundInputCapture:
    """An open microphone."""

    def __init__(self, name: str, gone: Callable[[str], CaptureUnavailable]) -> None:
        self._gone = gone
        with portaudio(gone) as sounddevice:
            self._stream = sounddevice.InputStream(
                samplerate=RATE,
                blocksize=BLOCK,
                device=device(name),
                channels=1,
                dtype="int16",
                latency="low",
            )
            self._stream.start()

    def read(self) -> Block:
        """The next 20 ms; raises `CaptureUnavailable` once unplugged."""
        with portaudio(self._gone):
            samples, _ = self._stream.read(BLOCK)
        block: Block = samples.reshape(-1)
        return block

    def close(self) -> None:
        """Let go of the microphone."""
        self._stream.close(ignore_errors=True)
