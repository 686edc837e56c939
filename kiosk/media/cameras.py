"""Cameras: a V4L2 device through OpenCV, or a video file through PyAV, looped at its real rate."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from config.schemas import Camera
from kiosk.media.capture import CaptureSource
from kiosk.media.errors import CaptureUnavailable
from kiosk.media.picture import CLOCK_RATE, Picture, scaled

if TYPE_CHECKING:
    import av
    import cv2

TIME_BASE = Fraction(1, CLOCK_RATE)
LATE_S = 0.2  # behind by more than this, a file goes on from now rather than catch up


def camera_source(camera: Camera) -> CaptureSource[Picture]:
    """The source that `camera` describes (exactly one of `device` and `file` is set)."""
    if camera.file is not None:
        return VideoFile(camera.file, width=camera.width, height=camera.height)
    assert camera.device is not None  # noqa: S101 - checked when the settings were read
    return V4l2Camera(camera)


def stamped(frame: av.VideoFrame) -> Picture:
    """`frame` as a picture taken now; its RTP time is the time of capture."""
    taken_ns = time.monotonic_ns()
    frame.pts = taken_ns * CLOCK_RATE // 1_000_000_000
    frame.time_base = TIME_BASE
    return Picture(frame, taken_ns)


class VideoFile:
    """A file that plays the camera's part, over and over."""

    simulated = True

    def __init__(self, path: Path, *, width: int, height: int) -> None:
        self._path = path
        self._width = width
        self._height = height

    def present(self) -> bool:
        """Whether the file is there."""
        return self._path.is_file()

    def open(self) -> VideoFileCapture:
        """Open it, or raise `CaptureUnavailable`."""
        return VideoFileCapture(self._path, width=self._width, height=self._height)


class VideoFileCapture:
    """Pictures of a file, paced by its own time stamps."""

    def __init__(
        self,
        path: Path,
        *,
        width: int,
        height: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        import av  # noqa: PLC0415 - 270 ms that the first message does not wait for

        self._path = path
        self._width = width
        self._height = height
        self._clock = clock
        self._sleep = sleep
        self._av_error = av.FFmpegError
        try:
            self._container = av.open(str(path))
        except (OSError, av.FFmpegError) as error:
            raise self._unavailable(str(error)) from error
        if not self._container.streams.video:
            self._container.close()
            raise self._unavailable("no video in this file")
        rate = self._container.streams.video[0].average_rate
        self._period = float(1 / rate) if rate else 1 / 25
        self._frames = self._played()
        self._due = clock()

    def read(self) -> Picture:
        """The next picture, when its time has come."""
        try:
            frame = next(self._frames)
        except (OSError, self._av_error) as error:
            raise self._unavailable(str(error)) from error
        now = self._clock()
        if now > self._due + LATE_S:
            self._due = now
        if now < self._due:
            self._sleep(self._due - now)
        self._due += self._period
        return stamped(scaled(frame, width=self._width, height=self._height))

    def close(self) -> None:
        """Close the file."""
        self._frames.close()
        self._container.close()

    def _played(self) -> Generator[av.VideoFrame]:
        while True:
            count = 0
            for frame in self._container.decode(video=0):
                count += 1
                yield frame
            if count == 0:
                raise self._unavailable("no picture in this file")
            self._container.seek(0)

    def _unavailable(self, why: str) -> CaptureUnavailable:
        return CaptureUnavailable(
            f"the video file cannot be played: {why}",
            on=str(self._path),
            advice="check [media.camera] file in booth.toml",
        )


class V4l2Camera:
    """A UVC camera. The device node comes and goes with the plug, so it tells presence."""

    simulated = False

    def __init__(
        self,
        settings: Camera,
        *,
        open_device: Callable[[Camera], cv2.VideoCapture] | None = None,
    ) -> None:
        self._settings = settings
        self._open_device = open_device or _opencv_capture

    def present(self) -> bool:
        """Whether the device node is there."""
        device = self._settings.device
        return device is not None and device.exists()

    def open(self) -> V4l2Capture:
        """Open it, or raise `CaptureUnavailable`."""
        device = self._open_device(self._settings)
        if not device.isOpened():
            device.release()
            raise _camera_gone(self._settings, "it does not open")
        return V4l2Capture(self._settings, device)


class V4l2Capture:
    """An open UVC camera."""

    def __init__(self, settings: Camera, device: cv2.VideoCapture) -> None:
        self._settings = settings
        self._device = device

    def read(self) -> Picture:
        """The next picture; raises `CaptureUnavailable` once unplugged."""
        import av  # noqa: PLC0415 - as above
        import cv2  # noqa: PLC0415 - as above
        import numpy as np  # noqa: PLC0415 - as above

        taken, bgr = self._device.read()
        if not taken:
            raise _camera_gone(self._settings, "no picture comes")
        height, width = bgr.shape[0] & ~1, bgr.shape[1] & ~1
        i420 = np.asarray(
            cv2.cvtColor(bgr[:height, :width], cv2.COLOR_BGR2YUV_I420), dtype=np.uint8
        )
        return stamped(av.VideoFrame.from_ndarray(i420, format="yuv420p"))

    def close(self) -> None:
        """Let go of the device."""
        self._device.release()


def _opencv_capture(settings: Camera) -> cv2.VideoCapture:
    import cv2  # noqa: PLC0415 - as above

    device = cv2.VideoCapture(str(settings.device), cv2.CAP_V4L2)
    # 720p at 25/s does not fit in USB 2 uncompressed.
    device.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    device.set(cv2.CAP_PROP_FRAME_WIDTH, settings.width)
    device.set(cv2.CAP_PROP_FRAME_HEIGHT, settings.height)
    device.set(cv2.CAP_PROP_FPS, settings.rate)
    device.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # the newest picture, not the oldest kept
    return device


def _camera_gone(settings: Camera, why: str) -> CaptureUnavailable:
    return CaptureUnavailable(
        f"the camera is lost: {why}",
        on=str(settings.device),
        advice="check its cable, and that no other program uses it",
    )
