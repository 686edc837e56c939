"""Speakers: a sound output, or a WAV file written as sound comes. Blocks as in `sound`."""

from __future__ import annotations

import collections
import os
import struct
from pathlib import Path
from typing import Any, Protocol

from config.schemas import Speaker
from kiosk.media.errors import SpeakerUnavailable
from kiosk.media.sound import RATE, Block, device, portaudio

QUEUE_BLOCKS = 8  # more than 160 ms waiting is delay the patient hears
START_BLOCKS = 3  # 60 ms wait before playing (again): packets come unevenly
HEADER_SIZE = 44
DATA_LIMIT = 2**32 - 2**16  # RIFF sizes have 32 bits


class SoundSink(Protocol):
    """Where the doctor's voice goes."""

    def write(self, block: Block) -> None:
        """Play a block, without waiting. Raises `SpeakerUnavailable`."""
        ...

    def close(self) -> None:
        """Let go of the output."""
        ...


def open_speaker(speaker: Speaker) -> SoundSink:
    """The sink `speaker` describes (exactly one of `device` and `file` is set).

    Raises `SpeakerUnavailable`.
    """
    if speaker.file is not None:
        return WavFile(speaker.file)
    assert speaker.device is not None  # noqa: S101 - checked when the settings were read
    return SoundOutput(speaker.device)


class WavFile:
    """A WAV file that is whole after every block, so that a kill leaves a valid one.

    Holds what was played, in order; nothing is written while nothing plays. Emptied at opening.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._size = 0
        try:
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            self._write_header()
        except OSError as error:
            raise self._unavailable(error) from error

    def write(self, block: Block) -> None:
        """Append a block."""
        data = block.tobytes()
        if self._size + len(data) > DATA_LIMIT:
            return
        try:
            # Data before the sizes that announce it.
            os.pwrite(self._fd, data, HEADER_SIZE + self._size)
            self._size += len(data)
            self._write_header()
        except OSError as error:
            raise self._unavailable(error) from error

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)

    def _write_header(self) -> None:
        header = struct.pack(
            "<4sI4s4sIHHIIHH4sI",
            b"RIFF", 36 + self._size, b"WAVE",
            b"fmt ", 16, 1, 1, RATE, RATE * 2, 2, 16,
            b"data", self._size,
        )  # fmt: skip
        os.pwrite(self._fd, header, 0)

    def _unavailable(self, error: OSError) -> SpeakerUnavailable:
        return SpeakerUnavailable(
            f"the sound file cannot be written: {error.strerror}",
            on=str(self._path),
            advice="check [media.speaker] file in booth.toml, and room on the disk",
        )


class SoundOutput:
    """A sound output, by PortAudio's name for it, or `default`.

    PortAudio's thread takes from a short queue. When sound comes faster than it plays, the oldest
    is dropped; when the queue runs dry, silence fills in until `START_BLOCKS` wait again.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._waiting: collections.deque[Block] = collections.deque(maxlen=QUEUE_BLOCKS)
        self._dry = True
        with portaudio(self._gone) as sounddevice:
            self._stream = sounddevice.OutputStream(
                samplerate=RATE,
                device=device(name),
                channels=1,
                dtype="int16",
                latency="low",
                callback=self._play,
            )
            self._stream.start()

    def write(self, block: Block) -> None:
        """Play a block after those that wait."""
        if not self._stream.active:
            raise self._gone("it stopped playing")
        self._waiting.append(block)

    def close(self) -> None:
        """Let go of the output."""
        self._stream.close(ignore_errors=True)

    def _play(self, out: Any, frames: int, _time: Any, _status: Any) -> None:
        at = 0
        if self._dry and len(self._waiting) < START_BLOCKS:
            out[:, 0] = 0
            return
        self._dry = False
        while at < frames:
            try:
                block = self._waiting.popleft()
            except IndexError:
                self._dry = True
                out[at:, 0] = 0
                return
            taken = min(len(block), frames - at)
            out[at : at + taken, 0] = block[:taken]
            if taken < len(block):
                self._waiting.appendleft(block[taken:])
            at += taken

    def _gone(self, why: str) -> SpeakerUnavailable:
        return SpeakerUnavailable(
            f"the speaker cannot be used: {why}",
            on=self._name,
            advice="check its cable and [media.speaker] device in booth.toml",
        )
