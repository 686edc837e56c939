"""A real Chromium that plays the doctor's page in a call: it offers three lines and trickles.

Its camera and microphone are Chromium's own fake devices (a moving pattern, beeps).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from playwright.async_api import Page, async_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
]
# Never fetched: the request is answered here. An address on loopback is a secure context.
ADDRESS = "http://127.0.0.1:9/"

SCRIPT = """() => {
window.candidates = [];
window.begin = async () => {
  const pc = new RTCPeerConnection();
  window.pc = pc;
  const own = await navigator.mediaDevices.getUserMedia(
    {audio: true, video: {width: 640, height: 480, frameRate: 20}});
  pc.addTransceiver(own.getAudioTracks()[0], {direction: 'sendrecv', streams: [own]});
  pc.addTransceiver(own.getVideoTracks()[0], {direction: 'sendrecv', streams: [own]});
  pc.addTransceiver('video', {direction: 'recvonly'});
  const shown = document.querySelector('video');
  shown.srcObject = new MediaStream();
  pc.ontrack = (event) => {
    if (event.transceiver.mid !== '2') shown.srcObject.addTrack(event.track);
  };
  pc.onicecandidate = (event) => {
    if (event.candidate && event.candidate.candidate) window.trickled(
      event.candidate.candidate, event.candidate.sdpMid, event.candidate.sdpMLineIndex);
  };
  await pc.setLocalDescription(await pc.createOffer());
  return pc.localDescription.sdp;
};
window.take = (sdp) => window.pc.setRemoteDescription({type: 'answer', sdp});
window.luma = (x, y, width, height, columns, rows) => {
  const video = document.querySelector('video');
  const canvas = window.lumaCanvas ??= new OffscreenCanvas(1, 1);
  canvas.width = columns; canvas.height = rows;
  const context = canvas.getContext('2d', {willReadFrequently: true});
  context.drawImage(video, x * video.videoWidth, y * video.videoHeight,
    width * video.videoWidth, height * video.videoHeight, 0, 0, columns, rows);
  const data = context.getImageData(0, 0, columns, rows).data;
  return Array.from({length: columns * rows}, (_, i) => data[4 * i + 1]);
};
window.stats = async () => {
  const found = {};
  for (const one of (await window.pc.getStats()).values()) {
    if (one.type === 'inbound-rtp') found[one.kind] = one;
  }
  return found;
};
}"""


class Browser:
    """The page in Chromium. `candidates` fills as it trickles: (candidate, mid, line)."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.candidates: asyncio.Queue[tuple[str, str | None, int | None]] = asyncio.Queue()

    async def offer(self) -> str:
        """Begin; the SDP offer, without candidates."""
        offer: str = await self.page.evaluate("window.begin()")
        return offer

    async def reload(self) -> None:
        """As when the doctor presses F5: the page forgets everything."""
        while not self.candidates.empty():
            self.candidates.get_nowait()
        await self.page.goto(ADDRESS)
        await self.page.evaluate(SCRIPT)

    async def take(self, answer: str) -> None:
        """Take the booth's answer."""
        await self.page.evaluate("sdp => window.take(sdp)", answer)

    async def until(self, condition: str, *, within_s: float = 20.0) -> None:
        """Wait until the JavaScript `condition` is true."""
        await self.page.wait_for_function(condition, timeout=within_s * 1000)

    async def inbound(self) -> dict[str, Any]:
        """Chromium's own statistics of what it receives: `audio`, `video`."""
        found: dict[str, Any] = await self.page.evaluate("window.stats()")
        return found


@contextlib.asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Chromium with the page open; it ends with the block."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            page = await chromium.new_page()
            await page.route(
                "**/*",
                lambda route: route.fulfill(
                    content_type="text/html", body="<video autoplay playsinline></video>"
                ),
            )
            opened = Browser(page)
            await page.expose_function(
                "trickled",
                lambda candidate, mid, line: opened.candidates.put_nowait((candidate, mid, line)),
            )
            await opened.reload()
            yield opened
        finally:
            await chromium.close()
