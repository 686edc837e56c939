"""Sound here is 48 kHz, mono, 16 bits, in blocks of 20 ms. Devices go through PortAudio.

Where PortAudio or the sound card is missing, sound is off and the rest works. PortAudio lists
devices once a process: a named ALSA device that was unplugged is found again by the next patient's
media process; the system's `default` (PipeWire) comes back by itself.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from kiosk.media.errors import MediaError

if TYPE_CHECKING:
    import numpy as np
    from av import AudioFrame
    from numpy.typing import NDArray

    Block = NDArray[np.int16]
else:
    Block = Any  # numpy costs 140 ms that the first message does not wait for

RATE = 48_000
BLOCK = 960  # samples: 20 ms, an Opus frame


def samples_of(frame: AudioFrame) -> Block:
    """Samples of a packed 16-bit frame, channels averaged."""
    import numpy as np  # noqa: PLC0415 - 140 ms that the first message does not wait for

    samples = np.frombuffer(memoryview(frame.planes[0]), dtype=np.int16)
    channels = len(frame.layout.channels)
    samples = samples[: frame.samples * channels]
    if channels == 1:
        return samples.copy()
    averaged: Block = samples.reshape(-1, channels).mean(axis=1).astype(np.int16)
    return averaged


def device(name: str) -> str | None:
    """`name` as PortAudio takes it: `default` is None."""
    return None if name == "default" else name


@contextlib.contextmanager
def portaudio(gone: Callable[[str], MediaError]) -> Iterator[Any]:
    """The `sounddevice` module; its errors inside the block are raised as `gone(why)`."""
    try:
        import sounddevice  # type: ignore[import-untyped]  # noqa: PLC0415 - untyped; asks the sound system, so only where wanted
    except OSError as error:
        raise gone(f"PortAudio is not installed ({error})") from error
    try:
        yield sounddevice
    except (sounddevice.PortAudioError, ValueError, OSError) as error:
        raise gone(str(error)) from error
