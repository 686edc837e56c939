"""Capture -> decoded in a real Chromium: our engine beside a bare aiortc sender, same pictures.

Each picture carries the time it was made in a code of blocks at its top; the page reads it back
from each picture it is about to show (requestVideoFrameCallback, then a canvas), on the same
machine's clock. Sound goes along, as in a call, so that lip synchronisation costs what it costs.
"""

from __future__ import annotations

import asyncio
import contextlib
import fractions
import resource
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Literal

import av
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.sdp import candidate_from_sdp
from numpy.typing import NDArray

from bench.media_page import Browser, browser
from cli.demo_content import FRAMES, draw
from kiosk.media.cameras import stamped
from kiosk.media.engine import Received, SentMeters
from kiosk.media.levels import PictureMeter, SoundMeter
from kiosk.media.webrtc import AiortcEngine

EngineName = Literal["ours", "bare"]

RATE = 25
CODE_BITS = 24  # milliseconds modulo 4.6 hours
CELLS = 2 * CODE_BITS  # each bit, then its inverse: a torn or blurred code does not read
CODE_ROWS = 48
WARM_UP_S = 3.0  # Chromium's jitter buffer and the bitrate settle

READER = """
(cells) => {
  window.arrivals = [];
  const video = document.querySelector('video');
  const canvas = new OffscreenCanvas(cells, 1);
  const context = canvas.getContext('2d', {willReadFrequently: true});
  const read = () => {
    const at = performance.timeOrigin + performance.now();
    const w = video.videoWidth, h = video.videoHeight;
    context.drawImage(video, 0, h / 30, w, h / 60, 0, 0, cells, 1);
    const data = context.getImageData(0, 0, cells, 1).data;
    let value = 0, good = true;
    for (let i = 0; i < cells; i += 2) {
      const bit = data[4 * i + 1] > 127;
      good = good && bit !== data[4 * i + 5] > 127;
      value = value * 2 + (bit ? 1 : 0);
    }
    window.arrivals.push([at, good ? value : -1, w, h]);
    video.requestVideoFrameCallback(read);
  };
  video.requestVideoFrameCallback(read);
}
"""


class _Pictures:
    """The demo's drawing with the time in blocks at its top; drawn beforehand, coded each time."""

    def __init__(self) -> None:
        every = 4
        self._planes: list[NDArray[np.uint8]] = [
            av.VideoFrame.from_ndarray(draw(number), format="bgr24")
            .reformat(format="yuv420p")
            .to_ndarray()
            .astype(np.uint8)
            for number in range(0, FRAMES, every)
        ]
        self._next = 0

    def take(self) -> av.VideoFrame:
        """The next picture, made now."""
        plane = self._planes[self._next].copy()
        self._next = (self._next + 1) % len(self._planes)
        code = int(time.time() * 1000) % (1 << CODE_BITS)
        width = 1280
        for bit in range(CODE_BITS):
            on = bool(code >> (CODE_BITS - 1 - bit) & 1)
            for half, white in enumerate((on, not on)):
                cell = 2 * bit + half
                left, right = cell * width // CELLS, (cell + 1) * width // CELLS
                plane[:CODE_ROWS, left:right] = 235 if white else 16
        return av.VideoFrame.from_ndarray(plane, format="yuv420p")


class _PacedPictures(MediaStreamTrack):
    """What anyone would write for a bare aiortc sender."""

    kind = "video"

    def __init__(self, pictures: _Pictures) -> None:
        super().__init__()
        self._pictures = pictures
        self._start = time.monotonic()
        self._count = 0

    async def recv(self) -> av.VideoFrame:
        self._count += 1
        await asyncio.sleep(max(0.0, self._start + self._count / RATE - time.monotonic()))
        frame = self._pictures.take()
        frame.pts = self._count * 90_000 // RATE
        frame.time_base = fractions.Fraction(1, 90_000)
        return frame


class _Noise(MediaStreamTrack):
    """Soft noise, 20 ms at a time: the same sound for both engines."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._random = np.random.default_rng(1)
        self._start = time.monotonic()
        self._count = 0

    async def recv(self) -> av.AudioFrame:
        self._count += 1
        await asyncio.sleep(max(0.0, self._start + self._count * 0.02 - time.monotonic()))
        samples = self._random.integers(-800, 800, (1, 960), dtype=np.int16)
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate = 48_000
        frame.pts = self._count * 960
        frame.time_base = fractions.Fraction(1, 48_000)
        return frame


@contextlib.asynccontextmanager
async def _ours(page: Browser) -> AsyncIterator[None]:
    pictures = _Pictures()
    call = AiortcEngine(loopback=True).new_call(
        Received(on_picture=lambda _: None, on_sound=lambda _: None),
        SentMeters(PictureMeter(), SoundMeter()),
    )

    async def film() -> None:
        start = time.monotonic()
        count = 0
        while True:
            count += 1
            await asyncio.sleep(max(0.0, start + count / RATE - time.monotonic()))
            call.send_picture(stamped(pictures.take()))

    async def speak() -> None:
        noise = _Noise()
        while True:
            call.send_sound((await noise.recv()).to_ndarray().reshape(-1).astype(np.int16))

    async with _connected(page, call.answer, call.add_candidate, [film, speak]):
        try:
            yield
        finally:
            await call.close()


@contextlib.asynccontextmanager
async def _bare(page: Browser) -> AsyncIterator[None]:
    AiortcEngine(loopback=True)  # only for 127.0.0.1 among the host addresses
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    drains: list[asyncio.Task[None]] = []

    async def drain(track: MediaStreamTrack) -> None:
        with contextlib.suppress(Exception):
            while True:
                await track.recv()

    peer.on("track", lambda track: drains.append(asyncio.create_task(drain(track))))

    async def answer(offer: str) -> str:
        peer.addTrack(_Noise())
        peer.addTrack(_PacedPictures(_Pictures()))
        await peer.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
        await peer.setLocalDescription(await peer.createAnswer())
        return peer.localDescription.sdp

    async def add(candidate: str, *, mid: str | None, line: int | None) -> None:
        parsed = candidate_from_sdp(candidate.removeprefix("candidate:"))
        parsed.sdpMid, parsed.sdpMLineIndex = mid, line
        await peer.addIceCandidate(parsed)

    async with _connected(page, answer, add, []):
        try:
            yield
        finally:
            await peer.close()
            for task in drains:
                task.cancel()


@contextlib.asynccontextmanager
async def _connected(
    page: Browser,
    answer: Callable[[str], Awaitable[str]],
    add: Callable[..., Awaitable[None]],
    sources: list[Callable[[], Awaitable[None]]],
) -> AsyncIterator[None]:
    async def trickle() -> None:
        while True:
            candidate, mid, line = await page.candidates.get()
            await add(candidate, mid=mid, line=line)

    await page.take(await answer(await page.offer()))
    tasks = [asyncio.ensure_future(work()) for work in (trickle, *sources)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def measure(engine: EngineName, seconds: float) -> dict[str, Any]:
    """Call a fresh Chromium for `seconds` after a warm-up, and return figures.

    `latency_ms_p50`, `latency_ms_p95`, `latency_ms_worst`: made -> about to be shown.
    `frames`, `unreadable`, `width`, `height`, `codec`; `cpu_percent`: of one core, this process
    (drawing the code and Python's share of driving the browser included, the same for both).
    """
    async with browser() as page, (_ours if engine == "ours" else _bare)(page):
        await page.until("document.querySelector('video').videoWidth > 0")
        await asyncio.sleep(WARM_UP_S)
        await page.page.evaluate(f"({READER})({CELLS})")
        before, begun = _cpu_seconds(), time.monotonic()
        await asyncio.sleep(seconds)
        cpu = (_cpu_seconds() - before) / (time.monotonic() - begun) * 100
        arrivals = await page.page.evaluate("window.arrivals")
        codec = await page.page.evaluate(
            "(async () => { const all = await window.pc.getStats();"
            " for (const one of all.values())"
            " if (one.type === 'inbound-rtp' && one.kind === 'video')"
            " return all.get(one.codecId).mimeType; })()"
        )
    latencies = [
        ((at - value + (1 << (CODE_BITS - 1))) % (1 << CODE_BITS)) - (1 << (CODE_BITS - 1))
        for at, value, _, _ in arrivals
        if value >= 0
    ]
    if len(latencies) < 2:
        raise RuntimeError(f"{engine}: Chromium read {len(latencies)} time codes; no measure")
    cuts = statistics.quantiles(latencies, n=20)
    return {
        "engine": engine,
        "seconds": seconds,
        "frames": len(latencies),
        "unreadable": len(arrivals) - len(latencies),
        "latency_ms_p50": round(statistics.median(latencies), 1),
        "latency_ms_p95": round(cuts[18], 1),
        "latency_ms_worst": round(max(latencies), 1),
        "cpu_percent": round(cpu, 1),
        "codec": codec,
        "width": arrivals[-1][2],
        "height": arrivals[-1][3],
    }


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
