"""One decoded picture on its way: I420 planes, and when it was taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av import VideoFrame

CLOCK_RATE = 90_000  # RTP clock of video (RFC 6184, RFC 7741)


@dataclass(frozen=True, slots=True)
class Picture:
    """`frame` is yuv420p of even size and is not changed once published.

    `taken_ns`: monotonic time of capture.
    """

    frame: VideoFrame
    taken_ns: int

    @property
    def width(self) -> int:
        """Pixels."""
        return self.frame.width

    @property
    def height(self) -> int:
        """Pixels."""
        return self.frame.height


def packed_planes(frame: VideoFrame) -> tuple[memoryview, memoryview, memoryview]:
    """Planes Y, U, V of a yuv420p `frame`, without the padding the decoder left at line ends."""
    if frame.format.name != "yuv420p":
        raise ValueError(f"{frame.format.name} is not yuv420p")
    y, u, v = (_packed(plane) for plane in frame.planes)
    return y, u, v


def _packed(plane: object) -> memoryview:
    data = memoryview(plane)  # type: ignore[arg-type]  # av planes are buffers, not typed as such
    width: int = plane.width  # type: ignore[attr-defined]  # as above
    height: int = plane.height  # type: ignore[attr-defined]  # as above
    stride: int = plane.line_size  # type: ignore[attr-defined]  # as above
    if stride == width:
        return data[: width * height]
    packed = bytearray(width * height)
    for row in range(height):
        packed[row * width : (row + 1) * width] = data[row * stride : row * stride + width]
    return memoryview(packed)


def scaled(frame: VideoFrame, *, width: int, height: int) -> VideoFrame:
    """`frame` fitted into `width` x `height` (never enlarged), even sizes, as yuv420p."""
    ratio = min(width / frame.width, height / frame.height, 1.0)
    fitted = (int(frame.width * ratio) & ~1, int(frame.height * ratio) & ~1)
    if fitted == (frame.width, frame.height) and frame.format.name == "yuv420p":
        return frame
    return frame.reformat(
        width=fitted[0], height=fitted[1], format="yuv420p", interpolation="FAST_BILINEAR"
    )
