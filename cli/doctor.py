"""A robot doctor: drives the doctor's page in a real Chromium, as a person would.

It presses, types and reads what is visible, nothing else. What it measures of picture and sound it
measures itself, from outside the page's own code.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from playwright.async_api import Browser, Page, Playwright, async_playwright, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# Beside the page: keeps its peer connections at hand for their statistics, notes what the content
# security policy refuses.
WATCH = """
(() => {
  const seen = { connections: [], violations: [] };
  Object.defineProperty(window, "robotDoctor", { value: seen });
  const Real = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    constructor(...given) { super(...given); seen.connections.push(this); }
  };
  addEventListener("securitypolicyviolation", (event) =>
    seen.violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`));
})();
"""
SAMPLE_PICTURE = """
async (seconds) => {
  const video = document.querySelector("video.remote");
  const canvas = new OffscreenCanvas(64, 36);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const until = performance.now() + seconds * 1000;
  let before = null, frames = 0, changed = 0, change = 0, luma = 0;
  const sample = () => {
    pen.drawImage(video, 0, 0, 64, 36);
    const rgba = pen.getImageData(0, 0, 64, 36).data;
    const now = new Float64Array(64 * 36);
    for (let i = 0; i < now.length; i += 1)
      now[i] = 0.299 * rgba[4 * i] + 0.587 * rgba[4 * i + 1] + 0.114 * rgba[4 * i + 2];
    luma += now.reduce((sum, y) => sum + y, 0) / now.length;
    if (before) {
      const mean = now.reduce((sum, y, i) => sum + Math.abs(y - before[i]), 0) / now.length;
      change += mean;
      if (mean > 0.05) changed += 1;
    }
    before = now;
    frames += 1;
  };
  await new Promise((resolve) => {
    const step = () => { sample(); if (performance.now() < until) again(); else resolve(); };
    const again = () => video.requestVideoFrameCallback(step);
    again();
    setTimeout(resolve, seconds * 1000 + 250);
  });
  return {
    frames, changed, change: frames > 1 ? change / (frames - 1) : 0,
    luma: frames ? luma / frames : 0, width: video.videoWidth, height: video.videoHeight,
  };
}
"""
SAMPLE_SOUND = """
async (seconds) => {
  const inbound = async () => {
    const connection = robotDoctor.connections.at(-1);
    if (!connection) return null;
    for (const entry of (await connection.getStats()).values())
      if (entry.type === "inbound-rtp" && entry.kind === "audio") return entry;
    return null;
  };
  const stream = document.querySelector("video.remote").srcObject;
  if (!stream || stream.getAudioTracks().length === 0) return null;
  const context = new AudioContext();
  await context.resume();
  const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
  const source = context.createMediaStreamSource(stream);
  source.connect(analyser);
  const first = await inbound();
  const wave = new Float32Array(analyser.fftSize);
  const spectrum = new Float32Array(analyser.frequencyBinCount);
  const until = performance.now() + seconds * 1000;
  let power = 0, windows = 0;
  const peaks = [];
  while (performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 90));
    analyser.getFloatTimeDomainData(wave);
    analyser.getFloatFrequencyData(spectrum);
    const mean = wave.reduce((sum, x) => sum + x * x, 0) / wave.length;
    power += mean;
    windows += 1;
    if (mean > 1e-6)
      peaks.push(spectrum.indexOf(Math.max(...spectrum)) * context.sampleRate / analyser.fftSize);
  }
  const last = await inbound();
  await context.close();
  peaks.sort((a, b) => a - b);
  return {
    rms: windows ? Math.sqrt(power / windows) : 0,
    peak: peaks.length ? peaks[Math.floor(peaks.length / 2)] : null,
    energy: (last?.totalAudioEnergy ?? 0) - (first?.totalAudioEnergy ?? 0),
    packets: (last?.packetsReceived ?? 0) - (first?.packetsReceived ?? 0),
    lost: last?.packetsLost ?? 0,
  };
}
"""
READ_VALUES = """
() => [...document.querySelectorAll("main:not([hidden]) output[data-quantity]")]
  .filter((output) => output.checkVisibility())
  .map((output) => ({
    measurement: output.dataset.measurement ?? null,
    quantity: output.dataset.quantity,
    value: output.textContent,
    unit: output.dataset.unit,
    state: output.dataset.state,
  }))
"""


class DoctorError(Exception):
    """The page did not do what a doctor expects: what, and what it showed instead."""


@dataclass(frozen=True)
class ShownValue:
    """A number as the page shows it. `state`: `recorded` or `live` (no measurement id)."""

    measurement: str | None
    quantity: str
    value: str
    unit: str
    state: str


@dataclass(frozen=True)
class PictureStats:
    """The patient's picture as decoded, over a while, sampled at 64x36.

    `change`: mean absolute difference of luma (0..255) from one frame to the next, 0 when frozen;
    `changed`: how many frames differ from the one before. `luma`: mean, 0..255.
    """

    seconds: float
    frames: int
    changed: int
    change: float
    luma: float
    width: int
    height: int


@dataclass(frozen=True)
class AudioStats:
    """The patient's sound as received, over a while.

    `rms` 0..1 and `peak_hz` (median of the strongest frequency, None in silence) are of the
    decoded sound; `energy` (totalAudioEnergy), `packets` and `lost` are WebRTC's own statistics.
    """

    seconds: float
    rms: float
    peak_hz: float | None
    energy: float
    packets: int
    lost: int


class DoctorRobot:
    """One Chromium, one page. Use as `async with DoctorRobot(url) as doctor`.

    `video` and `sound` (Y4M or MJPEG, WAV) take the place of Chromium's own fake camera and
    microphone. `allow_devices` False: the browser refuses them.
    """

    def __init__(
        self,
        url: str,
        *,
        language: str = "fr",
        size: tuple[int, int] = (1280, 800),
        chromium: Path = CHROMIUM,
        video: Path | None = None,
        sound: Path | None = None,
        allow_devices: bool = True,
        timeout_seconds: float = 20.0,
    ) -> None:
        self._url = url.rstrip("/") + f"/doctor/?lang={language}"
        self._language = language
        self._size = size
        self._chromium = chromium
        self._flags = list(FLAGS)
        if not allow_devices:
            self._flags[0] = "--deny-permission-prompts"
        if video is not None:
            self._flags.append(f"--use-file-for-fake-video-capture={video}")
        if sound is not None:
            self._flags.append(f"--use-file-for-fake-audio-capture={sound}")
        if os.geteuid() == 0:
            self._flags.append("--no-sandbox")  # Chromium has none for root
        self._timeout_ms = timeout_seconds * 1000
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._page: Page | None = None
        self.errors: list[str] = []  # of the page's code and its console, policy violations too

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Start Chromium and open the page."""
        self._playwright = await async_playwright().start()
        self._browser = await self._playwright.chromium.launch(
            executable_path=self._chromium, args=self._flags, headless=True
        )
        width, height = self._size
        context = await self._browser.new_context(
            viewport={"width": width, "height": height},
            locale="fr-FR" if self._language == "fr" else "en-GB",
        )
        context.set_default_timeout(self._timeout_ms)
        await context.add_init_script(WATCH)
        self._page = await context.new_page()
        self._page.on("pageerror", lambda error: self.errors.append(f"page: {error}"))
        self._page.on(
            "console",
            lambda said: self.errors.append(f"console: {said.text}") if _is_ours(said) else None,
        )
        self._page.on("dialog", lambda dialog: dialog.accept())  # "leave this page?"
        await self._page.goto(self._url)

    async def close(self) -> None:
        """End Chromium, whatever state it is in."""
        if self._browser is not None:
            await self._browser.close()
        if self._playwright is not None:
            await self._playwright.stop()
        self._browser = self._playwright = self._page = None

    @property
    def page(self) -> Page:
        """The Playwright page, for what is not here."""
        if self._page is None:
            raise DoctorError("the robot's browser is not open")
        return self._page

    async def sign_in(self, login: str, password: str) -> None:
        """Sign in; returns on the waiting room or, after a reload, in the consultation."""
        await self.page.locator("#login").fill(login)
        await self.page.locator("#password").fill(password)
        await self.page.locator("form button[type=submit]").click()
        inside = self.page.locator("main.waiting:visible, main.consultation:visible")
        problem = self.page.locator("#sign-in-problem:not([data-state=checking]):visible")
        await inside.or_(problem).first.wait_for()
        if await problem.count():
            raise DoctorError(f"sign-in refused: {await problem.inner_text()}")

    async def claim_first(self, timeout_seconds: float = 40.0) -> str:
        """Take who has waited longest (waiting for someone to); return the consultation's id."""
        row = self.page.locator("li.patient").filter(has=self.page.locator(".take:enabled")).first
        await row.wait_for(timeout=timeout_seconds * 1000)
        consultation = await row.get_attribute("data-consultation")
        if consultation is None:
            raise DoctorError("the waiting list names no consultation")
        await row.locator(".take").click()
        await self.page.locator("main.consultation:visible").wait_for(
            timeout=timeout_seconds * 1000
        )
        return consultation

    async def call_state(self) -> str:
        """Return the state of the call as the page words it (its code: `in_call`, `meeting`…)."""
        return await self.page.locator(".stage").get_attribute("data-call") or ""

    async def wait_for_call(self, state: str, timeout_seconds: float = 20.0) -> None:
        """Wait until the page says the call is in this state."""
        await self.page.locator(f'.stage[data-call="{state}"]').wait_for(
            timeout=timeout_seconds * 1000
        )

    async def wait_for_picture(
        self, timeout_seconds: float = 20.0, *, moving: bool = True
    ) -> float:
        """Wait until the patient's picture is there and (with `moving`) moves.

        Return the seconds it took from this call.
        """
        started = time.monotonic()
        while True:
            left = timeout_seconds - (time.monotonic() - started)
            if left <= 0:
                said = await self.call_state()
                raise DoctorError(f"no picture in {timeout_seconds} s: page says {said}")
            if await self.page.evaluate(
                "() => { const video = document.querySelector('video.remote');"
                " return video !== null && video.videoWidth > 0 && video.readyState >= 2; }"
            ):
                if not moving:
                    return time.monotonic() - started
                stats = await self.picture_stats(min(0.15, left))
                if stats.changed > 0:
                    return time.monotonic() - started
            else:
                await self.page.wait_for_timeout(20)

    async def picture_stats(self, seconds: float) -> PictureStats:
        """Measure the patient's picture for a while."""
        return PictureStats(seconds=seconds, **await self.page.evaluate(SAMPLE_PICTURE, seconds))

    async def audio_stats(self, seconds: float) -> AudioStats:
        """Measure the patient's sound for a while. Raises `DoctorError` when there is no track."""
        found: dict[str, Any] | None = await self.page.evaluate(SAMPLE_SOUND, seconds)
        if found is None:
            raise DoctorError("the page plays no sound of the patient")
        found["peak_hz"] = found.pop("peak")
        return AudioStats(seconds=seconds, **found)

    async def values(self) -> list[ShownValue]:
        """Return every number the page shows, recorded (latest and earlier) and live."""
        return [ShownValue(**found) for found in await self.page.evaluate(READ_VALUES)]

    async def wait_for_value(
        self, quantity: str, value: str | None = None, *, timeout_seconds: float = 30.0
    ) -> ShownValue:
        """Wait for a recorded value (this one, if given) of a quantity; return what is shown."""
        started = time.monotonic()
        while time.monotonic() - started < timeout_seconds:
            for shown in await self.values():
                wanted = shown.state == "recorded" and shown.quantity == quantity
                if wanted and value in (None, shown.value):
                    return shown
            await self.page.wait_for_timeout(25)
        raise DoctorError(f"no recorded {quantity} on the page in {timeout_seconds} s")

    async def ask_measurement(self) -> None:
        """Ask for oximetry; waits until the page lets one ask."""
        ask = self.page.locator("button.ask")
        await expect(ask).to_be_enabled(timeout=self._timeout_ms)
        await ask.click()

    async def wait_for_measurement(
        self, states: Sequence[str] = ("recorded",), timeout_seconds: float = 90.0
    ) -> str:
        """Wait until the measurement asked for is in one of these states; return it."""
        wanted = ", ".join(f'.progress[data-asked="{state}"]' for state in states)
        found = self.page.locator(wanted)
        await found.wait_for(timeout=timeout_seconds * 1000, state="attached")
        return await found.get_attribute("data-asked") or ""

    async def end_call(self) -> None:
        """End the call, and confirm."""
        await self.page.locator(".controls .end").click()
        await self.page.locator("dialog .button.danger").click()

    async def sign_report(self, text: str, outcome: str) -> None:
        """Write, choose the outcome (its code), sign, confirm; returns once it is stored."""
        await self.page.locator("#report-text").fill(text)
        await self.page.locator("#outcome").select_option(outcome)
        await self.page.locator(".writing .button.primary").click()
        await self.page.locator("dialog .button.primary").click()
        await self.wait_for_report(("stored", "taken", "shown", "refused"))

    async def wait_for_report(
        self, states: Sequence[str] = ("shown",), timeout_seconds: float = 20.0
    ) -> str:
        """Wait until the report is `stored`, `taken`, `shown` or `refused`; return which."""
        wanted = ", ".join(f'.signed[data-report="{state}"]:visible' for state in states)
        found = self.page.locator(wanted)
        await found.wait_for(timeout=timeout_seconds * 1000)
        return await found.get_attribute("data-report") or ""

    async def messages(self) -> list[str]:
        """Return the codes of the patient's messages that are shown and not put away."""
        found: list[str] = await self.page.evaluate(
            "() => [...document.querySelectorAll('[data-message]')].map((m) => m.dataset.message)"
        )
        return found

    async def journal(self) -> list[str]:
        """Return the lines of the list of events, latest first."""
        return await self.page.locator(".journal li span:nth-child(2)").all_inner_texts()

    async def back_to_waiting_room(self) -> None:
        """Leave the consultation, after its report."""
        await self.page.locator(".strip .actions button:visible").last.click()
        await self.page.locator("main.waiting:visible").wait_for()

    async def reload(self) -> None:
        """Reload the page, as a doctor does when something looks wrong."""
        self.errors.extend(await self.violations())
        await self.page.reload()

    async def violations(self) -> list[str]:
        """Return what the content security policy refused since the page was loaded."""
        found: list[str] = await self.page.evaluate("() => robotDoctor.violations")
        return [f"policy: {violation}" for violation in found]

    async def screenshot(self, path: Path) -> None:
        """Write a PNG of what the doctor sees."""
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            await self.page.screenshot(path=path)
        except PlaywrightTimeout as error:
            raise DoctorError(f"no screenshot of the doctor's page: {error}") from error


def _is_ours(said: Any) -> bool:
    """Network failures are the service's (a test stops it on purpose), not the page's."""
    return said.type == "error" and "net::" not in said.text and "status of" not in said.text
