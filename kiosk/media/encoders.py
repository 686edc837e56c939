"""Encoders and queues that replace aiortc's own, one call at a time, nothing patched globally.

Why each: aiortc opens Opus for speech (`application=voip`), whose high-pass takes 10 dB off 20 to
40 Hz; opens x264 at preset `medium` (a third of a core at 720p25, and twice the delay); rebuilds
the encoder, with a key frame, at each change of bitrate; and keeps undecoded and unread frames in
queues without end. Measured on 2 cores, 720p25, 1.5 Mbit/s: x264 medium 33 % of a core and 6.6 ms
a frame, VP8 20 % and 7.2 ms, x264 superfast 14 % and 3.1 ms.

aiortc has no place to give one's own encoder: `install_encoder` and `bound_queues` set private
attributes, and check that these are there (`EngineMismatch` else).
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
from aiortc import RTCRtpReceiver, RTCRtpSender
from aiortc.codecs.base import Encoder
from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.opus import OpusEncoder
from aiortc.codecs.vpx import Vp8Encoder
from av.frame import Frame
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from kiosk.media.errors import EngineMismatch
from kiosk.media.levels import PictureMeter
from kiosk.media.picture import CLOCK_RATE

OPUS_BITRATE = 64_000

START_BITRATE = 1_500_000  # a face at 720p25 is clean, and 4G carries it
MIN_BITRATE = 200_000
MAX_BITRATE = 2_500_000
BUFFER_S = 0.5  # of the rate: how much a picture may exceed its share
KEY_FRAME_EVERY = 3000  # pictures: the far end asks when it needs one (PLI)

PENDING_FRAMES = 30  # encoded and not yet decoded, more than a second of video: start afresh
UNREAD_FRAMES = 8  # decoded and not yet read


class MusicOpusEncoder(OpusEncoder):
    """Opus for all frequencies, 64 kbit/s, no DTX."""

    def __init__(self) -> None:
        super().__init__()
        self.codec.bit_rate = OPUS_BITRATE
        self.codec.options = {"application": "audio"}


class PromptH264Encoder(H264Encoder):
    """x264 `superfast`, `zerolatency`, rate held by a VBV and changed without a key frame."""

    def __init__(self, meter: PictureMeter) -> None:
        super().__init__()
        self._meter = meter
        self._bitrate = START_BITRATE
        self._context: VideoCodecContext | None = None

    @property
    def target_bitrate(self) -> int:
        """Bits per second; set by the far end's estimate (REMB)."""
        return self._bitrate

    @target_bitrate.setter
    def target_bitrate(self, bitrate: int) -> None:
        self._bitrate = max(MIN_BITRATE, min(bitrate, MAX_BITRATE))

    def _encode_frame(self, frame: av.VideoFrame, force_keyframe: bool) -> Iterator[bytes]:  # noqa: FBT001 - aiortc's signature
        context = self._context
        if context is None or (context.width, context.height) != (frame.width, frame.height):
            context = self._opened(frame.width, frame.height)
            self._context = context
        elif context.bit_rate != self._bitrate:
            context.bit_rate = self._bitrate  # x264 takes it live, since a VBV was opened
        frame.pict_type = PictureType.I if force_keyframe else PictureType.NONE
        self._meter.add(frame)
        data = b"".join(bytes(packet) for packet in context.encode(frame))
        if data:
            yield from self._split_bitstream(data)

    def _opened(self, width: int, height: int) -> VideoCodecContext:
        context = av.CodecContext.create("libx264", "w")
        context.width = width
        context.height = height
        context.pix_fmt = "yuv420p"
        context.bit_rate = self._bitrate
        context.framerate = Fraction(25)
        context.time_base = Fraction(1, CLOCK_RATE)
        context.gop_size = KEY_FRAME_EVERY
        context.thread_count = 2
        context.options = {
            "preset": "superfast",
            "tune": "zerolatency",
            "level": "31",
            "forced-idr": "1",
            "maxrate": str(self._bitrate),
            "bufsize": str(int(self._bitrate * BUFFER_S)),
        }
        context.profile = "Baseline"
        return context


class MeteredVp8Encoder(Vp8Encoder):
    """aiortc's VP8, for a page that cannot do H264; starts at our bitrate."""

    def __init__(self, meter: PictureMeter) -> None:
        super().__init__()
        self._meter = meter
        self.target_bitrate = START_BITRATE

    def encode(self, frame: Frame, force_keyframe: bool = False) -> tuple[list[bytes], int]:  # noqa: FBT001, FBT002 - aiortc's signature
        """As aiortc's."""
        if isinstance(frame, av.VideoFrame):
            self._meter.add(frame)
        return super().encode(frame, force_keyframe)


def video_encoder(mime_type: str, meter: PictureMeter) -> Encoder:
    """The encoder for `video/H264` or `video/VP8`; `meter` sees each picture it is given."""
    if mime_type.lower() == "video/h264":
        return PromptH264Encoder(meter)
    return MeteredVp8Encoder(meter)


def install_encoder(sender: RTCRtpSender, encoder: Encoder) -> None:
    """Make `sender` use `encoder` instead of the one it would create at its first frame."""
    _replace(sender, "_RTCRtpSender__encoder", encoder)


class _FreshQueue(queue.Queue[Any]):
    """Encoded frames for the decoder; when it cannot follow, all are dropped and a whole picture
    is asked for (aiortc sends a PLI when `decode_error` is set).
    """

    def __init__(self, decode_error: threading.Event) -> None:
        super().__init__()
        self._decode_error = decode_error

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: FBT001, FBT002 - queue.Queue's signature
        if self.qsize() >= PENDING_FRAMES and item is not None:
            with self.mutex:
                self.queue.clear()
            self._decode_error.set()
        super().put(item, block, timeout)


class _NewestQueue(asyncio.Queue[Any]):
    """Decoded frames for the reader: the oldest makes room. None (the end) is never dropped."""

    async def put(self, item: Any) -> None:
        while self.qsize() >= UNREAD_FRAMES:
            self.get_nowait()
        await super().put(item)


def bound_queues(receiver: RTCRtpReceiver) -> None:
    """Give the two queues behind `receiver` an end. Before it starts receiving."""
    decode_error = getattr(receiver, "_RTCRtpReceiver__decoder_error", None)
    if not isinstance(decode_error, threading.Event):
        raise _mismatch("_RTCRtpReceiver__decoder_error")
    _replace(receiver, "_RTCRtpReceiver__decoder_queue", _FreshQueue(decode_error))
    _replace(receiver.track, "_queue", _NewestQueue())


def _replace(owner: object, attribute: str, value: object) -> None:
    if not hasattr(owner, attribute):
        raise _mismatch(attribute)
    setattr(owner, attribute, value)


def _mismatch(attribute: str) -> EngineMismatch:
    return EngineMismatch(
        f"aiortc has no {attribute}",
        on="aiortc",
        advice="install the version in requirements.lock",
    )
