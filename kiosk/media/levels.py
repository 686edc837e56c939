"""Measures of what was really sent and received, so that a frozen picture or a muted sound shows.

Definitions are those of `contracts.media.MediaStats`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from av import VideoFrame
    from numpy.typing import NDArray

# One luma in this many, each way: 3,600 points of a 720p picture say as much as 921,600.
STEP = 16
# A camera turned off in a browser sends black (0 everywhere, once decoded); codecs may err by one.
FLAT = 2


@dataclass(frozen=True, slots=True)
class PictureLevel:
    """`content`: the largest mean absolute difference of luma between a picture of the period and
    the one it began with, 0..255. `flat`: the last picture is of one colour.
    """

    frames: int
    content: float
    width: int
    height: int
    flat: bool = False


class PictureMeter:
    """Fed with pictures from any thread, read once a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._first: NDArray[np.int16] | None = None
        self._last: NDArray[np.int16] | None = None
        self._frames = 0
        self._content = 0.0

    def add(self, frame: VideoFrame) -> None:
        """One yuv420p picture."""
        luma = sampled_luma(frame)
        with self._lock:
            if self._first is None or self._first.shape != luma.shape:
                self._first = luma
            else:  # each one: a blink is over before the period is
                self._content = max(self._content, float(abs(luma - self._first).mean()))
            self._last = luma
            self._frames += 1
            self._size = (frame.width, frame.height)

    def read(self) -> PictureLevel:
        """The level since the last `read`. No picture: zeros."""
        with self._lock:
            last, frames, content = self._last, self._frames, self._content
            self._first = last  # so that a change between two periods is of the second
            self._frames = 0
            self._content = 0.0
        if last is None or frames == 0:
            return PictureLevel(0, 0.0, 0, 0)
        flat = int(last.max()) - int(last.min()) <= FLAT
        return PictureLevel(frames, content, *self._size, flat)


def sampled_luma(frame: VideoFrame) -> NDArray[np.int16]:
    """One luma in `STEP`, both ways, as signed numbers that can be subtracted."""
    import numpy as np  # noqa: PLC0415 - 140 ms that the first message does not wait for

    plane = frame.planes[0]
    rows = np.frombuffer(memoryview(plane), dtype=np.uint8).reshape(-1, plane.line_size)
    luma: NDArray[np.int16] = rows[: frame.height : STEP, : frame.width : STEP].astype(np.int16)
    return luma


class SoundMeter:
    """Root mean square of 16-bit samples; fed and read from one thread."""

    def __init__(self) -> None:
        self._squares = 0.0
        self._count = 0

    def add(self, samples: NDArray[np.int16]) -> None:
        """A block of samples."""
        import numpy as np  # noqa: PLC0415 - as above

        wide = samples.astype(np.float64)
        self._squares += float((wide * wide).sum())
        self._count += samples.size

    def read(self) -> float:
        """RMS 0..32767 since the last `read`; 0.0 where nothing came."""
        if self._count == 0:
            return 0.0
        rms = (self._squares / self._count) ** 0.5
        self._squares = 0.0
        self._count = 0
        return float(rms)


def rms(samples: NDArray[np.int16]) -> float:
    """Root mean square of a block, 0..32767."""
    meter = SoundMeter()
    meter.add(samples)
    return meter.read()
