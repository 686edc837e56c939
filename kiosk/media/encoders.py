"""Encoders that replace aiortc's own, one call at a time, nothing patched globally.

Why each: aiortc opens Opus for speech (`application=voip`), whose high-pass takes 10 dB off 20 to
40 Hz, and for two channels, which costs one voice 3 dB; opens x264 at preset `medium`; and rebuilds
the video encoder, with a key frame, at each change of bitrate. Measured on 2 cores, 720p25 at
1.5 Mbit/s: x264 medium 33 % of a core and 6.6 ms a picture, VP8 20 % and 7.2 ms, x264 superfast
14 % and 3.1 ms.

aiortc has no place to give one's own encoder: see `private`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av
from aiortc.codecs.base import Encoder
from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.opus import OpusEncoder
from aiortc.codecs.vpx import Vp8Encoder
from av.frame import Frame
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from kiosk.media.levels import PictureMeter
from kiosk.media.picture import CLOCK_RATE
from kiosk.media.sound import BLOCK, RATE

OPUS_BITRATE = 64_000

START_BITRATE = 1_500_000  # a face at 720p25 is clean, and 4G carries it
MIN_BITRATE = 200_000
MAX_BITRATE = 2_500_000
BUFFER_S = 0.5  # of the rate: how much a picture may exceed its share
KEY_FRAME_EVERY = 3000  # pictures: the far end asks when it needs one (PLI)


class MusicOpusEncoder(OpusEncoder):
    """Opus for all frequencies, one channel, 64 kbit/s, no DTX."""

    def __init__(self) -> None:
        super().__init__()
        self.codec.layout = "mono"  # a matter of each packet, not of the SDP (RFC 7587 section 7)
        self.resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE, frame_size=BLOCK)
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
