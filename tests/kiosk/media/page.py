"""A plain aiortc peer that plays the doctor's page: it offers three lines and trickles."""

from __future__ import annotations

import asyncio
import fractions
import math
import time
from collections.abc import Callable

import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, VideoFrame

from cli.demo_content import draw, read_strip

TONE_HZ = 440
TONE_PEAK = 8000


class NumberedPictures(MediaStreamTrack):
    """640x360 pictures of the demo's drawing, 20 a second, each carrying its number."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self._start = time.monotonic()

    async def recv(self) -> VideoFrame:
        self.number += 1
        await asyncio.sleep(max(0.0, self._start + self.number / 20 - time.monotonic()))
        picture = VideoFrame.from_ndarray(draw(self.number % 200), format="bgr24")
        small = picture.reformat(width=640, height=360, format="yuv420p")
        small.pts = self.number * 4500
        small.time_base = fractions.Fraction(1, 90_000)
        return small


class Tone(MediaStreamTrack):
    """A sine, 48 kHz mono."""

    kind = "audio"

    def __init__(self, hz: float = TONE_HZ) -> None:
        super().__init__()
        self._at = 0
        self._hz = hz
        self._start = time.monotonic()

    async def recv(self) -> AudioFrame:
        await asyncio.sleep(max(0.0, self._start + self._at / 48_000 - time.monotonic()))
        t = (self._at + np.arange(960)) / 48_000
        samples = (TONE_PEAK * np.sin(2 * math.pi * self._hz * t)).astype(np.int16)
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = 48_000
        frame.pts = self._at
        frame.time_base = fractions.Fraction(1, 48_000)
        self._at += 960
        return frame


class Page:
    """Its peer connection, and what it received."""

    def __init__(self, *, video_codec: str | None = None) -> None:
        self.peer = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self.pictures: list[VideoFrame] = []
        self.sound: list[np.ndarray] = []
        self.heard = asyncio.Condition()
        self._video_codec = video_codec
        self._drains: list[asyncio.Task[None]] = []
        self.peer.on("track", self._drain)

    async def offer(self) -> tuple[str, list[str]]:
        """SDP without candidates, and the candidates to trickle (of line 0)."""
        self.peer.addTransceiver(Tone(), direction="sendrecv")
        first = self.peer.addTransceiver(NumberedPictures(), direction="sendrecv")
        second = self.peer.addTransceiver("video", direction="recvonly")
        if self._video_codec:
            from aiortc import RTCRtpSender

            codecs = [
                codec
                for codec in RTCRtpSender.getCapabilities("video").codecs
                if codec.mimeType in (self._video_codec, "video/rtx")
            ]
            first.setCodecPreferences(codecs)
            second.setCodecPreferences(codecs)
        await self.peer.setLocalDescription(await self.peer.createOffer())
        lines = self.peer.localDescription.sdp.splitlines()
        candidates: list[str] = []
        for line in lines:
            if line.startswith("m=") and candidates:
                break
            if line.startswith("a=candidate:"):
                candidates.append(line.removeprefix("a="))
        kept = [
            line for line in lines if not line.startswith(("a=candidate:", "a=end-of-candidates"))
        ]
        return "\r\n".join(kept) + "\r\n", candidates

    async def take(self, answer: str) -> None:
        await self.peer.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer"))

    async def until(self, condition: Callable[[], bool], *, within: float = 15.0) -> None:
        """Wait until `condition()` holds, looking after each thing received."""
        async with asyncio.timeout(within), self.heard:
            await self.heard.wait_for(condition)

    def numbers(self) -> list[int]:
        """Strip numbers of the pictures received, where readable."""
        found = (strip(picture) for picture in self.pictures)
        return [number for number in found if number is not None]

    async def close(self) -> None:
        await self.peer.close()
        for task in self._drains:
            task.cancel()
        await asyncio.gather(*self._drains, return_exceptions=True)

    def _drain(self, track: MediaStreamTrack) -> None:
        self._drains.append(asyncio.create_task(self._take_all(track)))

    async def _take_all(self, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            if isinstance(frame, VideoFrame):
                self.pictures.append(frame)
            elif isinstance(frame, AudioFrame):
                self.sound.append(frame.to_ndarray().reshape(-1, 2).mean(axis=1))
            async with self.heard:
                self.heard.notify_all()


def strip(picture: VideoFrame) -> int | None:
    """The number a yuv420p picture carries."""
    return read_strip(np.asarray(picture.to_ndarray()[: picture.height], dtype=np.uint8))


def strongest_hz(samples: np.ndarray) -> float:
    """Frequency of the largest component of 48 kHz samples."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * 48_000 / len(samples))
