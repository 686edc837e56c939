"""`./cabine demo --auto --out DIR`: one consultation unattended, and what it leaves for the judge.

A real Chromium is the doctor, the touchscreen is pressed through its accessible names, and an
outside observer notes what the booth acknowledges. What they saw goes to DIR; a judge in a process
of its own then recomputes the result from it. The exit status is the judge's.

    summary.json     steps, measurements, picture and sound statistics, incidents, acknowledged
    simulator.jsonl  what the simulator says it sent
    record/          what the folder sink got
    pictures/        what each end decoded of the other's camera
    sound/           what each end heard of the other, and what the patient said
    screens/         touchscreen and doctor's page at each step

`--sabotage` breaks one thing on purpose: the judge must then refuse the run.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import json
import random
import shutil
import subprocess
import sys
import time
import wave
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from cli.demo_content import generate
from cli.demo_environment import CONTENT, ROOT, DemoEnvironment, DemoError, Options
from cli.display import DisplayError
from cli.doctor import DoctorError, DoctorRobot
from cli.judge_senses import PICTURES
from cli.observer import Observer
from cli.patient import Answers, PatientError, PatientRobot
from cli.supervisor import SupervisorError
from contracts.screen import Call, CallState, Hygiene, MeetDoctor, ReportPage, View
from kiosk.record import events as log
from kiosk.record.log import Entry, RecordError, read

SABOTAGES = ("frame", "camera", "sound")
REPORT = "Saturation normale au repos. Repos, boire de l'eau ; revoir si fièvre > 38,5 °C."
OUTCOME = "reassured"
PICTURE_EVERY = 0.27  # s: not a divisor of the drawn camera's loop
SOUND_SECONDS = 3.0

# The page plays what it received through a track processor: the very samples it decoded.
HEAR = """
async (seconds) => {
  const track = document.querySelector("video.remote").srcObject.getAudioTracks()[0].clone();
  const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
  const until = performance.now() + seconds * 1000;
  const pieces = [];
  let rate = 48000;
  while (performance.now() < until) {
    const { value, done } = await reader.read();
    if (done) break;
    rate = value.sampleRate;
    const plane = new Float32Array(value.numberOfFrames);
    value.copyTo(plane, { planeIndex: 0, format: "f32-planar" });
    pieces.push(Int16Array.from(plane, (x) => Math.max(-1, Math.min(1, x)) * 32767));
    value.close();
  }
  track.stop();
  let text = "";
  for (const piece of pieces)
    for (const byte of new Uint8Array(piece.buffer)) text += String.fromCharCode(byte);
  return { rate, samples: btoa(text) };
}
"""
SEE = """
() => {
  const video = document.querySelector("video.remote");
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  return canvas.toDataURL("image/png").split(",")[1];
}
"""
# When each measurement first stood on the page, by the wall clock.
NOTE_TIMES = """
() => {
  if (window.shownAt) return;
  const shownAt = {};
  window.shownAt = shownAt;
  const look = () => {
    for (const output of document.querySelectorAll("output[data-measurement]"))
      shownAt[output.dataset.measurement] ??= Date.now() / 1000;
  };
  new MutationObserver(look).observe(document.body, {
    subtree: true, childList: true, attributes: true, characterData: true,
  });
  look();
}
"""


@dataclass
class Timeline:
    """Steps as they end, with the seconds each took."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    _since: float = field(default_factory=time.monotonic)

    def step(self, name: str) -> None:
        """The step `name` has ended."""
        now = time.monotonic()
        self.steps.append({"name": name, "seconds": round(now - self._since, 3)})
        self._since = now


class Run:
    """One consultation, from welcome to the next patient's welcome."""

    def __init__(self, demo: DemoEnvironment, out: Path, *, sabotage: str | None) -> None:
        self.demo = demo
        self.out = out
        self.sabotage = sabotage
        self.timeline = Timeline()
        self.summary: dict[str, Any] = {"seed": demo.seed, "sabotage": sabotage}
        self._shots = 0

    async def play(self, patient: PatientRobot, doctor: DoctorRobot, observer: Observer) -> None:
        """Play it all, and note what each saw."""
        await doctor.sign_in(self.demo.account.login, self.demo.account.password)
        await doctor.page.evaluate(NOTE_TIMES)
        await self._shot_of_doctor(doctor, "list-empty")
        await patient.go("measure")
        await observer.until(_half_measured, 60)
        await patient.picture("measure-measuring")
        await patient.wait(phase="recorded", seconds=60)
        first = await _values_on(patient)
        await patient.go("waiting")
        self.timeline.step("patient: from welcome to the waiting room")

        consultation = await doctor.claim_first()
        self.summary["consultation"] = consultation
        await observer.until(lambda view: isinstance(view.page, MeetDoctor), 20)
        self.timeline.step("doctor: claim")
        await self._shot_of_doctor(doctor, "claimed")
        claimed = time.monotonic()
        await patient.go("call")
        await doctor.wait_for_picture(moving=False)  # whether it moves is the judge's to say
        picture = time.monotonic() - claimed
        await observer.until(
            lambda view: isinstance(view.page, Call) and view.page.state is CallState.CONNECTED, 20
        )
        await _doctor_seen(patient)
        await patient.picture("call-picture")
        self.timeline.step("call: picture at both ends")
        self.summary["ready_to_picture_seconds"] = round(picture, 3)

        await self._look_and_listen(patient, doctor)
        self.timeline.step("call: pictures and sound measured")

        # Other values than before the call: neither screen can show the first for the second.
        drawn = random.Random(self.demo.seed + 1)  # noqa: S311 - repeatable by the seed
        spo2 = self.demo.spo2 - drawn.randint(1, 4)
        pulse_rate = self.demo.pulse_rate + drawn.randint(5, 40)
        await self.demo.tell_simulator({"do": "set", "spo2": spo2, "pulse_rate": pulse_rate})
        self.summary["drawn"] = [self.demo.spo2, self.demo.pulse_rate, spo2, pulse_rate]
        await doctor.ask_measurement()
        await observer.until(_half_measured, 60)
        if self.sabotage == "frame":
            await self.demo.tell_simulator({"do": "corrupt"})
        await self._shot_of_doctor(doctor, "measuring")
        await patient.picture("call-measuring")
        await doctor.wait_for_measurement()
        await patient.wait(page="call", phase="recorded", seconds=10)
        second = await _values_on(patient)
        await self._shot_of_doctor(doctor, "measured")
        await patient.picture("call-measured")
        self.timeline.step("call: measurement asked by the doctor")
        self.summary["words"] = {
            "doctor": await doctor.page.locator("main.consultation").inner_text(),
            "doctor_language": await doctor.page.locator("html").get_attribute("lang"),
        }

        entries = self._log(consultation)
        await self._note_measurements(entries, {**first, **second}, doctor, observer)
        await doctor.end_call()
        await patient.wait(page="after_call")
        await patient.picture("after_call")
        await patient.press("wait_here")
        self.timeline.step("doctor: end of the call")
        await doctor.sign_report(REPORT, OUTCOME)
        await observer.until(lambda view: isinstance(view.page, ReportPage), 20)
        texts = await patient.texts()
        self.summary["report"] = {
            "written": REPORT,
            "outcome": OUTCOME,
            "touchscreen": "\n".join(texts),
        }
        await doctor.wait_for_report(("shown",))
        await self._shot_of_doctor(doctor, "report")
        self.timeline.step("report: on the touchscreen")

        self._note_incidents(consultation)
        await patient.go("goodbye")
        await patient.press("finish")
        await observer.until(lambda view: isinstance(view.page, Hygiene), 30)
        self.timeline.step("booth: ready for the next patient, cleaning asked")
        await self._delivered(consultation)
        self.timeline.step("record: delivered, nothing left on the booth")
        self.summary["words"]["touchscreen"] = [
            {"page": seen.page, "language": seen.language, "texts": seen.texts}
            for seen in patient.seen
        ]
        self.summary["patient"] = asdict(patient.answers)
        self.summary["page_errors"] = [*doctor.errors, *await doctor.violations()]

    # --- evidence

    async def _shot_of_doctor(self, doctor: DoctorRobot, name: str) -> None:
        self._shots += 1
        await doctor.screenshot(self.out / "screens" / f"doctor-{self._shots:02}-{name}.png")

    async def _look_and_listen(self, patient: PatientRobot, doctor: DoctorRobot) -> None:
        pictures = self.out / "pictures"
        for number in range(PICTURES):
            png = base64.b64decode(await doctor.page.evaluate(SEE))
            (pictures / f"doctor-{number}.png").write_bytes(png)
            file = pictures / f"touchscreen-{number}.png"
            await patient.screen.ask("picture", source="doctor", file=str(file))
            await asyncio.sleep(PICTURE_EVERY)
        heard = await doctor.page.evaluate(HEAR, SOUND_SECONDS)
        _write_wave(
            self.out / "sound/doctor.wav", heard["rate"], base64.b64decode(heard["samples"])
        )
        shutil.copyfile(self.demo.booth_sound, self.out / "sound/touchscreen.wav")
        shutil.copyfile(generate(CONTENT).patient_voice, self.out / "sound/patient-said.wav")
        self.summary["pictures"] = {
            "doctor": asdict(await doctor.picture_stats(2.0)),
            "touchscreen": (await patient.frames())["doctor"],
        }
        try:
            self.summary["sound"] = {"doctor": asdict(await doctor.audio_stats(2.0))}
        except DoctorError as error:
            self.summary["sound"] = {"doctor": str(error)}

    def _log(self, consultation: str) -> tuple[Entry, ...]:
        return read(self.demo.data / "consultations" / consultation)

    async def _note_measurements(
        self,
        entries: tuple[Entry, ...],
        touchscreen: dict[str, str],
        doctor: DoctorRobot,
        observer: Observer,
    ) -> None:
        on_page = {
            shown.measurement: shown.value
            for shown in await doctor.values()
            if shown.state == "recorded" and shown.measurement is not None
        }
        shown_at: dict[str, float] = await doctor.page.evaluate("() => window.shownAt")
        raw = {entry.id: entry.raw or b"" for entry in entries}
        said = _said_at(self.demo.journal)
        measurements = []
        for entry in entries:
            if not isinstance(entry.event, log.MeasurementRecorded):
                continue
            measurement = entry.event.measurement
            recorded = entry.utc.timestamp()
            heard = said(b"".join(raw[block] for block in measurement.provenance.raw))
            page = shown_at.get(measurement.id)
            measurements.append(
                {
                    "id": measurement.id,
                    "quantity": measurement.quantity.value,
                    "result": msgspec.to_builtins(measurement.result),
                    "device": msgspec.to_builtins(measurement.device),
                    "quality": [flag.value for flag in measurement.quality],
                    "attempt": entry.event.attempt,
                    "raw": [raw[block].hex() for block in measurement.provenance.raw],
                    "delays_ms": {
                        "device_to_recorded": _ms(heard, recorded),
                        "recorded_to_page": _ms(recorded, page),
                    },
                    "shown": {
                        "touchscreen": touchscreen.get(measurement.id),
                        "doctor": on_page.get(measurement.id),
                    },
                }
            )
        self.summary["measurements"] = measurements
        self.summary["shown"] = {"touchscreen": touchscreen, "doctor": on_page}
        self.summary["acknowledged"] = [item.measurement for item in observer.acknowledged]
        self.summary["heard"] = [asdict(item) for item in observer.acknowledged]

    def _note_incidents(self, consultation: str) -> None:
        self.summary["incidents"] = [
            entry.event.code
            for entry in self._log(consultation)
            if isinstance(entry.event, log.Incident)
        ]

    async def _delivered(self, consultation: str) -> None:
        record = self.out / "record" / consultation / "manifest.json"
        folder = self.demo.data / "consultations" / consultation
        async with asyncio.timeout(30):
            while not record.exists() or folder.exists():  # noqa: ASYNC110 - files have no event
                await asyncio.sleep(0.05)


def _said_at(journal: Path) -> Any:
    """Return a function: the wall-clock second at which the last byte of a stretch was said."""
    stream = bytearray()
    times: list[tuple[int, float]] = []
    for line in journal.read_text("utf-8").splitlines():
        entry = json.loads(line)
        if entry["kind"] == "packet":
            del stream[entry["offset"] :]
            times.append((entry["offset"], entry["at"]))
            stream += bytes.fromhex(entry["hex"])
    whole = bytes(stream)

    def said(raw: bytes) -> float | None:
        where = whole.find(raw)
        if where < 0 or not raw:
            return None
        end = where + len(raw)
        offset, at = next(pair for pair in reversed(times) if pair[0] < end)
        return at + (end - offset) / 375  # bytes a second

    return said


def _ms(earlier: float | None, later: float | None) -> float | None:
    return None if earlier is None or later is None else round((later - earlier) * 1000, 1)


def _write_wave(path: Path, rate: int, samples: bytes) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples)


def _half_measured(view: View) -> bool:
    measuring = getattr(view.page, "measuring", None)
    return measuring is not None and measuring.progress >= 0.5


async def _values_on(patient: PatientRobot) -> dict[str, str]:
    """Return the recorded values that the touchscreen draws, by measurement."""
    recorded = (await patient.values_shown())["recorded"]
    return {each["measurement"]: each["value"] for each in recorded if each["drawn"]}


async def _doctor_seen(patient: PatientRobot, seconds: float = 20.0) -> None:
    """Wait until the touchscreen has drawn two different pictures of the doctor."""
    first = (await patient.frames())["doctor"]["sha256"]
    async with asyncio.timeout(seconds):
        while not first or (await patient.frames())["doctor"]["sha256"] == first:
            first = first or (await patient.frames())["doctor"]["sha256"]
            await asyncio.sleep(0.05)


# --- the command -----------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def cast(
    demo: DemoEnvironment, screens: Path | None, language: str = "fr"
) -> AsyncIterator[tuple[PatientRobot, DoctorRobot, Observer]]:
    """Give the patient at the touchscreen, the doctor in Chromium, and the observer."""
    async with (
        Observer(demo.run / "view.sock") as observer,
        PatientRobot.on(demo.touch_control, Answers(language=language)) as patient,
        DoctorRobot(demo.clinic_url, language=language) as doctor,
    ):
        if screens is not None:
            patient.screens(screens)
        yield patient, doctor, observer


async def play(out: Path, *, seed: int | None, sabotage: str | None, language: str) -> None:
    """Play one consultation and leave its evidence in `out`, whatever happens."""
    for name in ("record", "screens", "pictures", "sound"):
        shutil.rmtree(out / name, ignore_errors=True)
        (out / name).mkdir(parents=True)
    options = Options(
        seed=seed,
        record=out / "record",
        journal=out / "simulator.jsonl",
        touch_module="cli.driven_touch",
        frozen_camera=sabotage == "camera",
        silent_microphone=sabotage == "sound",
    )
    with (out / "log.txt").open("w", encoding="utf-8") as lines:
        async with DemoEnvironment(
            options, on_line=lambda unit, line: print(unit, line, file=lines)
        ) as demo:
            await demo.ready()
            run = Run(demo, out, sabotage=sabotage)
            run.summary["language"] = language
            try:
                async with cast(demo, out / "screens", language) as (patient, doctor, observer):
                    run.timeline.step("start: every part up")
                    await run.play(patient, doctor, observer)
            except (DoctorError, PatientError, RecordError, TimeoutError) as error:
                run.summary["failed"] = f"{type(error).__name__}: {error}"
            finally:
                run.summary["steps"] = run.timeline.steps
                text = json.dumps(run.summary, indent=1, ensure_ascii=False)
                (out / "summary.json").write_text(text, encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Return the judge's exit status, or 1 when there was nothing to judge."""
    parser = argparse.ArgumentParser(prog="./cabine demo", description=__doc__)
    parser.add_argument("--auto", action="store_true", required=True)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--language", choices=("fr", "en"), default="fr")
    parser.add_argument("--sabotage", choices=SABOTAGES)
    asked = parser.parse_args(arguments)
    out: Path = asked.out.absolute()
    try:
        asyncio.run(play(out, seed=asked.seed, sabotage=asked.sabotage, language=asked.language))
    except (DemoError, DisplayError, SupervisorError) as error:
        print(f"cabine: {error}", file=sys.stderr)
        return 1
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    print(f"cabine: seed {summary['seed']}; what it left is in {out}")
    for step in summary["steps"]:
        print(f"  {step['seconds']:8.2f} s  {step['name']}")
    # A process of its own: it shares nothing with what it judges.
    return subprocess.run(
        [sys.executable, "-m", "cli.judge", str(out)], cwd=ROOT, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
