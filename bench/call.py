"""A call in the demo's own booth: how soon the picture, how late the sound of facts, at what cost.

The whole booth, the real clinic service, a real Chromium; the patient presses ready at once. All
times are by this machine's one clock: of the press in Chromium (its click event), of the first
picture there (requestVideoFrameCallback), of the first picture drawn on the touchscreen (a swap of
its window), of a fact in the page (MutationObserver) and of its entry in the booth's log (its utc,
taken just before its commit). Beside them, in the same run: a bare aiortc sender, and a bare
SQLite commit (WAL, synchronous FULL) followed by a bare WebSocket echo.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from bench import media_baseline, media_startup
from bench.report import Result, percentile, result
from cli.demo_environment import MEDIA, TOUCH, DemoEnvironment, Options
from cli.doctor import DoctorRobot
from cli.patient import Answers, PatientRobot
from contracts.screen import CallState
from kiosk.consultation.facts import Facts
from kiosk.record.log import read

# Figures a prototype of the same parts reached on the same kind of machine.
GOAL_PAGE_MS = 260.0
GOAL_BOOTH_MS = 330.0
GOAL_EVENT_MS = 20.0
GOAL_BACK_MS = 800.0

PATIENCE = 40.0
REPORT = "Mesure de banc."

# In the page, beside its own code. Milliseconds since the epoch, with their fraction.
NOTES = """
(() => {
  const notes = { claimed: null, frame: null, facts: {}, values: {}, arrived: {} };
  Object.defineProperty(window, "benchNotes", { value: notes });
  const now = () => performance.timeOrigin + performance.now();
  let video = null;
  const first = () =>
    video?.requestVideoFrameCallback(() => { notes.frame ??= now(); });
  addEventListener("click", (event) => {
    if (event.target.closest?.(".take")) { notes.claimed = now(); notes.frame = null; first(); }
  }, true);
  const look = () => {
    if (video === null && (video = document.querySelector("video.remote")) !== null) {
      first();
      video.addEventListener("emptied", () => { notes.frame = null; first(); });
    }
    for (const line of document.querySelectorAll("li[data-fact]"))
      notes.facts[line.dataset.fact] ??= now();
    for (const output of document.querySelectorAll("output[data-measurement]"))
      notes.values[output.dataset.measurement] ??= now();
  };
  const Real = window.WebSocket;
  window.WebSocket = class extends Real {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        const at = now(), said = JSON.parse(data);
        for (const fact of said.type === "facts" ? said.facts : [])
          notes.arrived[fact.number] ??= at;
      });
    }
  };
  addEventListener("DOMContentLoaded", () => {
    new MutationObserver(look).observe(document.body, {
      subtree: true, childList: true, attributes: true, characterData: true,
    });
    look();
  });
})();
"""


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    consultations: int = 6
    reloads: int = 4
    kills: int = 4
    mutes: int = 150  # facts whose way to the page is timed; each is one line there
    call_seconds: float = 10.0
    starts: int = 5
    code_seconds: float = 10.0  # of capture -> decoded, ours and the bare sender's


@dataclass
class Samples:
    """All that was timed in the demo, in milliseconds; CPU in per cent of a core, RSS in MiB."""

    claim_to_page: list[float] = field(default_factory=list)
    claim_to_booth: list[float] = field(default_factory=list)
    ready_to_page: list[float] = field(default_factory=list)
    ready_to_booth: list[float] = field(default_factory=list)
    reload_to_page: list[float] = field(default_factory=list)
    kill_to_page: list[float] = field(default_factory=list)
    kill_to_booth: list[float] = field(default_factory=list)
    event_to_page: list[float] = field(default_factory=list)
    event_to_socket: list[float] = field(default_factory=list)
    bare_event: list[float] = field(default_factory=list)
    cpu: dict[str, float] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)


async def run() -> list[Result]:
    """Return all figures, and print them as a table."""
    results = await measure(Effort())
    print(table(results))
    return results


async def measure(effort: Effort) -> list[Result]:
    """Return the figures for this much effort."""
    busy = round(os.getloadavg()[0] / len(os.sched_getaffinity(0)), 2)
    samples = await _in_the_demo(effort)
    samples.bare_event = await _bare_events(max(effort.mutes, 20))
    # Above 1 the figures below are of the machine's other work as much as of ours.
    results = [result("load of the machine before, a core", busy, "1", samples=[busy])]
    results += summary(samples)
    starts = await media_startup.measure(effort.starts)
    results.append(
        result(
            "media process: spawn to ready, median",
            starts["hello_ms_p50"],
            "ms",
            samples=[starts["hello_ms_p50"]] * (effort.starts - 1) + [starts["hello_ms_worst"]],
        )
    )
    return results + await _codes(effort.code_seconds)


def table(results: list[Result]) -> str:
    """Return the figures as lines of a table."""
    lines = [f"{'':58} {'value':>9} {'worst':>9} {'bare':>8} {'goal':>7}"]
    for one in results:
        bare = "" if one.baseline is None else f"{one.baseline:.1f}"
        goal = "" if one.goal is None else f"{one.goal:g}"
        said = {None: "", True: "met", False: "MISSED"}[one.ok]
        lines.append(
            f"{one.name:58} {one.value:9.1f} {one.worst:9.1f} {bare:>8} {goal:>7}"
            f" {one.unit:4} n={one.repeats} {said}".rstrip()
        )
    return "\n".join(lines)


# --- the figures -----------------------------------------------------------------------------


def summary(samples: Samples) -> list[Result]:
    """Return what was timed in the demo as figures, judged by their goals."""
    return _calls(samples) + _costs(samples)


def _calls(samples: Samples) -> list[Result]:
    medians = (
        ("claim to first picture in Chromium, median", samples.claim_to_page, GOAL_PAGE_MS),
        (
            "claim to first picture on the touchscreen, median",
            samples.claim_to_booth,
            GOAL_BOOTH_MS,
        ),
        ("ready taken to first picture in Chromium, median", samples.ready_to_page, None),
        ("ready taken to first picture on the touchscreen, median", samples.ready_to_booth, None),
        ("page reload to picture in Chromium, median", samples.reload_to_page, GOAL_BACK_MS),
        ("media killed to picture in Chromium, median", samples.kill_to_page, GOAL_BACK_MS),
        ("media killed to picture on the touchscreen, median", samples.kill_to_booth, GOAL_BACK_MS),
    )
    results = [
        result(name, round(statistics.median(times), 1), "ms", samples=_tenths(times), goal=goal)
        for name, times, goal in medians
    ]
    for percent in (50, 99):
        arrived = _tenths(samples.event_to_socket)
        value = round(percentile(arrived, percent), 1)
        results.append(
            result(f"event to the page's socket, p{percent}", value, "ms", samples=arrived)
        )
    for percent, goal in ((50, None), (99, GOAL_EVENT_MS)):
        results.append(
            result(
                f"event to page, p{percent}",
                round(percentile(samples.event_to_page, percent), 1),
                "ms",
                samples=_tenths(samples.event_to_page),
                baseline=round(percentile(samples.bare_event, percent), 2),
                goal=goal,
            )
        )
    return results


def _tenths(times: list[float]) -> list[float]:
    """As they are said: a worst is never below its median by rounding alone."""
    return [round(each, 1) for each in times]


def _costs(samples: Samples) -> list[Result]:
    results = []
    for name, percent in samples.cpu.items():
        results.append(result(f"CPU in a call, {name}", percent, "%", samples=[percent]))
    for name, mib in samples.memory.items():
        results.append(result(f"memory in a call (RSS), {name}", mib, "MiB", samples=[mib]))
    return results


async def _codes(seconds: float) -> list[Result]:
    """Each engine twice, in turn: a machine that is busy for a while is so for both."""
    engines: tuple[media_baseline.EngineName, ...] = ("ours", "bare", "ours", "bare")
    measured = [await media_baseline.measure(engine, seconds / 2) for engine in engines]
    ours, bare = measured[::2], measured[1::2]
    results = []
    for figure in ("latency_ms_p50", "latency_ms_p95"):
        value = round(statistics.mean(one[figure] for one in ours), 1)
        frames = sum(one["frames"] for one in ours)
        worst = max(one["latency_ms_worst"] for one in ours)
        results.append(
            result(
                f"capture to decoded in Chromium, {figure[-3:]}",
                value,
                "ms",
                samples=[value] * (frames - 1) + [worst],
                baseline=round(statistics.mean(one[figure] for one in bare), 1),
            )
        )
    return results


# --- in the demo -----------------------------------------------------------------------------


async def _in_the_demo(effort: Effort) -> Samples:
    samples = Samples()
    async with DemoEnvironment(Options(touch_module="cli.driven_touch")) as demo:
        await demo.ready()
        async with DoctorRobot(demo.clinic_url) as doctor:
            await doctor.page.context.add_init_script(NOTES)
            await doctor.reload()
            await doctor.sign_in(demo.account.login, demo.account.password)
            for number in range(effort.consultations):
                async with _called(demo, doctor, samples) as patient:
                    if number == 0:
                        await _one_call(demo, doctor, patient, samples, effort)
    return samples


@contextlib.asynccontextmanager
async def _called(
    demo: DemoEnvironment, doctor: DoctorRobot, samples: Samples
) -> AsyncIterator[PatientRobot]:
    """A consultation from welcome into the call, and after the block to the next welcome."""
    async with PatientRobot.on(demo.touch_control, Answers()) as patient:
        await patient.go("measure")
        await patient.press("skip")
        await patient.go("waiting")
        take = doctor.page.locator(".take:enabled").first
        await take.wait_for(timeout=PATIENCE * 1000)
        drawn = asyncio.create_task(_ready_and_drawn(patient))
        await take.click()
        pressed, shown_at = await drawn
        await _frame_after(doctor, 0.0)
        notes = await doctor.page.evaluate("() => benchNotes")
        samples.claim_to_page.append(notes["frame"] - notes["claimed"])
        samples.claim_to_booth.append(shown_at - notes["claimed"])
        samples.ready_to_page.append(notes["frame"] - pressed)
        samples.ready_to_booth.append(shown_at - pressed)
        await patient.wait(call=CallState.CONNECTED.value)
        yield patient
        started = demo.supervisor.starts(TOUCH)
        await patient.press("leave")
        await patient.wait(dialog="leave")
        await patient.press("yes_leave")
        await patient.wait(page="goodbye")
        await doctor.sign_report(REPORT, "patient_left")
        await doctor.back_to_waiting_room()
        await patient.press("finish")
        await demo.supervisor.wait_restarted(TOUCH, since=started, seconds=PATIENCE)


async def _ready_and_drawn(patient: PatientRobot) -> tuple[float, float]:
    """Return when the press on ready was taken and when the doctor's first picture was drawn."""
    await patient.wait(page="meet_doctor", seconds=PATIENCE)
    await patient.press("ready")  # a new page takes no press at once: nobody may hit it unseen
    pressed = time.time() * 1000
    return pressed, await _drawn_after(patient, 0.0)


async def _drawn_after(patient: PatientRobot, after: float) -> float:
    said = await patient.screen.ask("drawn", source="doctor", after=after / 1000, seconds=PATIENCE)
    return float(said["at"]) * 1000


async def _frame_after(doctor: DoctorRobot, after: float) -> float:
    found = await doctor.page.wait_for_function(
        "(after) => benchNotes.frame > after && benchNotes.frame",
        arg=after,
        timeout=PATIENCE * 1000,
    )
    return float(await found.json_value())


async def _one_call(
    demo: DemoEnvironment,
    doctor: DoctorRobot,
    patient: PatientRobot,
    samples: Samples,
    effort: Effort,
) -> None:
    await doctor.ask_measurement()
    await patient.wait(page="call", phase="measuring", seconds=PATIENCE)
    await _note_costs(demo, samples, effort.call_seconds)
    await doctor.wait_for_measurement()
    await patient.press("done")
    await _events(demo, doctor, patient, samples, effort.mutes)
    for _ in range(effort.reloads):
        began = time.time() * 1000
        await doctor.reload()
        samples.reload_to_page.append(await _frame_after(doctor, began) - began)
    for _ in range(effort.kills):
        await patient.wait(call=CallState.CONNECTED.value)
        began = time.time() * 1000
        demo.supervisor.kill(MEDIA)
        drawn = await _drawn_after(patient, began)
        samples.kill_to_booth.append(drawn - began)
        samples.kill_to_page.append(await _frame_after(doctor, began) - began)


async def _events(
    demo: DemoEnvironment,
    doctor: DoctorRobot,
    patient: PatientRobot,
    samples: Samples,
    mutes: int,
) -> None:
    """Facts, each alone: the patient mutes and unmutes; and the measurement that was made."""
    lines = doctor.page.locator("li[data-fact]")
    for number in range(mutes):
        there = await lines.count()
        await patient.press("unmute" if number % 2 else "mute")
        await doctor.page.wait_for_function(
            "(there) => document.querySelectorAll('li[data-fact]').length > there",
            arg=there,
            timeout=PATIENCE * 1000,
        )
    notes = await doctor.page.evaluate("() => benchNotes")
    (folder,) = (demo.data / "consultations").iterdir()
    facts = Facts()
    for entry in read(folder):
        recorded = entry.utc.timestamp() * 1000
        for fact in facts.feed(entry):
            at = notes["facts"].get(str(fact.number)) or notes["values"].get(entry.id)
            if at is not None and fact.at == entry.utc:
                samples.event_to_page.append(at - recorded)
                samples.event_to_socket.append(notes["arrived"][str(fact.number)] - recorded)


async def _note_costs(demo: DemoEnvironment, samples: Samples, seconds: float) -> None:
    """CPU and memory of each process of the set, over `seconds` of a call with a measurement."""
    before = {name: _usage(demo, name) for name in demo.supervisor.names}
    began = time.monotonic()
    await asyncio.sleep(seconds)
    passed = time.monotonic() - began
    for name in demo.supervisor.names:
        cpu, memory = _usage(demo, name)
        short = name.removeprefix("telecabine-").removesuffix(".service")
        samples.cpu[short] = round((cpu - before[name][0]) / passed * 100, 1)
        samples.memory[short] = round(memory, 1)


def _usage(demo: DemoEnvironment, name: str) -> tuple[float, float]:
    """CPU seconds so far and RSS in MiB of a unit's processes."""
    pid = demo.supervisor.pid(name)
    if pid is None:
        raise RuntimeError(f"{name} does not run; nothing to measure")
    process = psutil.Process(pid)
    cpu, memory = 0.0, 0.0
    for one in (process, *process.children(recursive=True)):
        times = one.cpu_times()
        cpu += times.user + times.system
        memory += one.memory_info().rss / 2**20
    return cpu, memory


# --- the simplest thing that could do it -----------------------------------------------------


async def _bare_events(count: int) -> list[float]:
    """A commit of 1 KiB (WAL, synchronous FULL), then an echo of it over a WebSocket; in ms."""

    async def echo(peer: ServerConnection) -> None:
        async for message in peer:
            await peer.send(message)

    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder) / "bare.sqlite", isolation_level=None)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")
            database.execute("CREATE TABLE bare (payload TEXT) STRICT")
            async with serve(echo, "127.0.0.1", 0, compression=None) as server:
                port = server.sockets[0].getsockname()[1]
                async with connect(f"ws://127.0.0.1:{port}", compression=None) as socket:
                    return [await _bare_event(database, socket) for _ in range(count)]
        finally:
            database.close()


async def _bare_event(database: sqlite3.Connection, socket: Any) -> float:
    payload = "x" * 1024
    began = time.perf_counter()
    database.execute("INSERT INTO bare VALUES (?)", (payload,))
    await socket.send(payload)
    await socket.recv()
    return (time.perf_counter() - began) * 1000
