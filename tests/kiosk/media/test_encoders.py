"""What replaces aiortc's own encoders, queues and jitter buffer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.codecs.base import Encoder
from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.opus import OpusDecoder, OpusEncoder
from aiortc.jitterbuffer import JitterBuffer, JitterFrame
from aiortc.rtp import RtpPacket
from av import AudioFrame, VideoFrame
from av.packet import Packet

from kiosk.media.encoders import MAX_BITRATE, MIN_BITRATE, MusicOpusEncoder, PromptH264Encoder
from kiosk.media.errors import EngineMismatch
from kiosk.media.levels import PictureMeter
from kiosk.media.private import (
    PENDING_FRAMES,
    SOUND_SLACK,
    UNREAD_FRAMES,
    FreshQueue,
    NewestQueue,
    SoundJitterBuffer,
    install_encoder,
)
from kiosk.media.sound import BLOCK, RATE, samples_of
from kiosk.media.webrtc import with_start_bitrate
from tests.mutation import red_under

IDR = 5  # NAL unit type of a key frame's slices (H.264 table 7-1)


def gain_db(encoder: Encoder, hz: float) -> float:
    """What Opus does to a tone of `hz`."""
    decoder = OpusDecoder()
    heard = []
    t = np.arange(RATE * 2) / RATE
    tone = (6000 * np.sin(2 * np.pi * hz * t)).astype(np.int16)
    for at in range(0, len(tone), BLOCK):
        frame = AudioFrame.from_ndarray(
            tone[at : at + BLOCK].reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
        payloads, timestamp = encoder.encode(frame)
        for payload in payloads:
            for one in decoder.decode(JitterFrame(payload, timestamp)):
                assert isinstance(one, AudioFrame)
                heard.append(samples_of(one).astype(float))
    steady = np.concatenate(heard)[RATE // 2 : RATE * 3 // 2]
    return float(20 * np.log10(np.sqrt((steady**2).mean()) / (6000 / np.sqrt(2))))


@red_under(
    "kiosk/media/encoders.py",
    old='{"application": "audio"}',
    new='{"application": "voip"}',
)
@pytest.mark.parametrize("hz", [20, 40, 100, 1000])
def test_opus_keeps_the_frequencies_of_the_heart(hz: float) -> None:
    assert abs(gain_db(MusicOpusEncoder(), hz)) < 1.0


def test_aiortcs_own_opus_would_lose_them() -> None:
    assert gain_db(OpusEncoder(), 20) < -3.0


def pictures(count: int, *, seed: int = 7) -> list[VideoFrame]:
    """A noisy gradient that moves, 320x180, 25 a second."""
    random = np.random.default_rng(seed)
    made = []
    for number in range(count):
        base = np.add.outer(np.arange(270), np.arange(320)) + 4 * number
        noisy = (base + random.integers(0, 40, base.shape)) % 200 + 20
        frame = VideoFrame.from_ndarray(noisy.astype(np.uint8), format="yuv420p")
        frame.pts, frame.time_base = number * 3600, Fraction(1, 90_000)
        made.append(frame)
    return made


def key_frames_and_bytes(
    encoder: H264Encoder, before: Callable[[int], bool] = lambda _: False
) -> tuple[list[int], list[int]]:
    """Numbers of the pictures that came out as key frames, and each one's size."""
    keys, sizes = [], []
    for number, frame in enumerate(pictures(150)):
        force = before(number)
        data = list(encoder._encode_frame(frame, force))
        if any(nal[0] & 0x1F == IDR for nal in data):
            keys.append(number)
        sizes.append(sum(map(len, data)))
    return keys, sizes


def test_a_change_of_bitrate_makes_no_key_frame_and_is_followed() -> None:
    encoder = PromptH264Encoder(PictureMeter())
    encoder.target_bitrate = 1_500_000

    def slower(number: int) -> bool:
        if number == 75:
            encoder.target_bitrate = 400_000
        return False

    keys, sizes = key_frames_and_bytes(encoder, slower)
    assert keys == [0]
    before, after = sum(sizes[25:75]) / 2 * 8, sum(sizes[100:150]) / 2 * 8
    assert after < before * 0.6
    assert after < 400_000 * 1.3


def test_a_key_frame_comes_when_asked_for() -> None:
    keys, _ = key_frames_and_bytes(PromptH264Encoder(PictureMeter()), lambda number: number == 60)
    assert keys == [0, 60]


def test_each_picture_comes_out_at_once_and_is_metered() -> None:
    meter = PictureMeter()
    _, sizes = key_frames_and_bytes(PromptH264Encoder(meter))
    assert all(sizes)
    assert meter.read().frames == 150


@pytest.mark.parametrize(
    ("asked", "kept"), [(0, MIN_BITRATE), (10**9, MAX_BITRATE), (700_000, 700_000)]
)
def test_the_bitrate_stays_in_bounds(asked: int, kept: int) -> None:
    encoder = PromptH264Encoder(PictureMeter())
    encoder.target_bitrate = asked
    assert encoder.target_bitrate == kept


async def test_our_encoder_is_the_one_the_sender_uses() -> None:
    class Noticed(Encoder):
        used = 0

        def encode(
            self,
            frame: object,
            force_keyframe: bool = False,
        ) -> tuple[list[bytes], int]:
            self.used += 1
            return [b"x"], 0

        def pack(self, packet: Packet[Any]) -> tuple[list[bytes], int]:
            raise NotImplementedError

    class OnePicture:
        async def recv(self) -> VideoFrame:
            return pictures(1)[0]

    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    sender = peer.addTransceiver("video").sender
    noticed = Noticed()
    install_encoder(sender, noticed)
    sender._RTCRtpSender__track = OnePicture()  # type: ignore[attr-defined]  # aiortc's own name
    await sender._next_encoded_frame(None)  # type: ignore[arg-type]  # not asked for a codec
    assert noticed.used == 1
    sender._RTCRtpSender__track = None  # type: ignore[attr-defined]  # as above
    await peer.close()


def test_another_aiortc_is_an_error_not_a_silent_default() -> None:
    with pytest.raises(EngineMismatch, match=r"requirements\.lock"):
        install_encoder(object(), MusicOpusEncoder())  # type: ignore[arg-type]  # the point


def test_undecoded_frames_are_dropped_together_and_a_whole_picture_asked_for() -> None:
    error = threading.Event()
    waiting = FreshQueue(error)
    for number in range(PENDING_FRAMES):
        waiting.put(number)
    assert not error.is_set()
    waiting.put("next")
    waiting.put(None)
    assert error.is_set()
    assert [waiting.get(), waiting.get()] == ["next", None]
    assert waiting.empty()


async def test_unread_frames_make_room_for_newer_ones() -> None:
    waiting = NewestQueue()
    for number in range(100):
        await waiting.put(number)
    assert waiting.qsize() == UNREAD_FRAMES
    assert waiting.get_nowait() == 100 - UNREAD_FRAMES


def heard(buffer: JitterBuffer, order: list[int]) -> dict[int, int]:
    """Packet number -> how many packets later it came out, for those that did."""
    out = {}
    for at, number in enumerate(order):
        packet = RtpPacket(payload_type=96, sequence_number=number, timestamp=number * 960)
        packet._data = bytes([number])  # type: ignore[attr-defined]  # set so by the receiver
        _, frame = buffer.add(packet)
        if frame is not None:
            out[frame.data[0]] = at - frame.data[0]
    return out


def test_a_lost_packet_does_not_delay_the_rest_of_the_call() -> None:
    lossy = [n for n in range(100) if n != 30]
    ours = heard(SoundJitterBuffer(), lossy)
    assert max(ours[n] for n in ours if n > 40) <= 1 + SOUND_SLACK
    assert len(ours) > 85
    stock = heard(JitterBuffer(capacity=16, prefetch=4), lossy)
    assert min(stock[n] for n in stock if n > 50) > 8  # why it is replaced


def test_packets_out_of_order_are_all_heard() -> None:
    swapped = [n + 1 if n % 10 == 4 else n - 1 if n % 10 == 5 else n for n in range(100)]
    assert sorted(swapped) == list(range(100))
    assert sorted(heard(SoundJitterBuffer(), swapped)) == list(range(98))


def test_the_start_bitrate_is_asked_of_video_codecs_only() -> None:
    sdp = "\r\n".join(
        [
            "v=0",
            "m=audio 9 UDP/TLS/RTP/SAVPF 111",
            "a=rtpmap:111 opus/48000/2",
            "a=fmtp:111 minptime=10",
            "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99",
            "a=rtpmap:96 VP8/90000",
            "a=rtpmap:97 rtx/90000",
            "a=fmtp:97 apt=96",
            "a=rtpmap:98 H264/90000",
            "a=fmtp:98 packetization-mode=1",
            "a=rtpmap:99 rtx/90000",
            "a=fmtp:99 apt=98",
            "",
        ]
    )
    told = with_start_bitrate(sdp, 1_500_000).splitlines()
    assert [line for line in told if "x-google" in line] == [
        "a=fmtp:96 x-google-start-bitrate=1500",
        "a=fmtp:98 packetization-mode=1;x-google-start-bitrate=1500",
    ]
    others = [line.replace(";x-google-start-bitrate=1500", "") for line in told]
    assert [line for line in others if not line.startswith("a=fmtp:96 ")] == sdp.splitlines()
