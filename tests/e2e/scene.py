"""A booth with its patient, its observer and its doctors, for tests of the whole.

async with scene(tmp_path) as booth, booth.doctor() as doctor:
    await booth.to_waiting_room()
    await booth.into_call(doctor)
    delivered = await booth.to_the_end(doctor)
    assert booth.disagreements(delivered) == []
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from cli.demo_environment import DemoEnvironment, Options
from cli.doctor import DoctorRobot
from cli.judge import Evidence, attempts, judge_record, sent
from cli.observer import Observer
from cli.patient import Answers, PatientRobot
from contracts.screen import Hygiene, ReportPage
from kiosk.record.events import Incident, MeasurementRecorded
from kiosk.record.log import Entry, read

REPORT = "Rien d'inquiétant. Repos, boire de l'eau ; revoir si fièvre > 38,5 °C."
OUTCOME = "reassured"
READY = 60.0  # s: every part up, on a loaded machine
RECOVERY = 20.0  # s: from an accident to the picture at both ends

Edit = Callable[[str, str], str]


def steady(seconds: int) -> Edit:
    """A booth whose oximeter takes a value when it is steady for so long."""
    device = 'device = "nonin-oem3"'

    def edit(name: str, text: str) -> str:
        if name != "booth.toml":
            return text
        return once(text, device, f"{device}\nsteady_seconds = {seconds}")

    return edit


# The shortest that is allowed: what is tested is not how long it takes.
quick = steady(3)


def once(text: str, old: str, new: str) -> str:
    """`text` with the one `old` in it replaced."""
    assert text.count(old) == 1, f"{text.count(old)} times {old!r}"
    return text.replace(old, new)


def edits(*each: Edit) -> Edit:
    """One after the other."""

    def apply(name: str, text: str) -> str:
        for edit in each:
            text = edit(name, text)
        return text

    return apply


@dataclass(frozen=True)
class Delivered:
    """What the folder sink got of one consultation."""

    folder: Path
    resources: list[dict[str, Any]]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The resources of this type."""
        return [each for each in self.resources if each["resourceType"] == kind]

    @property
    def incidents(self) -> list[str]:
        """Codes, in the order of the record."""
        return [each["subtype"][0]["code"] for each in self.of("AuditEvent")]

    @property
    def values(self) -> dict[str, Decimal]:
        """Each measured number, by the id of its Observation. None may be there twice."""
        numbers = [each for each in self.of("Observation") if "valueQuantity" in each]
        found = {each["id"]: Decimal(each["valueQuantity"]["value"]) for each in numbers}
        assert len(found) == len(numbers), "an observation is there twice"
        return found


@dataclass
class Scene:
    """One consultation and what was seen of it from outside."""

    demo: DemoEnvironment
    patient: PatientRobot
    observer: Observer
    out: Path
    lines: list[str]
    answers: Answers
    on_touchscreen: dict[str, str] = field(default_factory=dict)
    on_page: dict[str, str] = field(default_factory=dict)
    in_log: dict[str, str] = field(default_factory=dict)
    report_shown: str = ""

    @contextlib.asynccontextmanager
    async def doctor(self) -> AsyncIterator[DoctorRobot]:
        """A doctor signed in with a browser of their own."""
        async with DoctorRobot(self.demo.clinic_url, language=self.answers.language) as doctor:
            await doctor.sign_in(self.demo.account.login, self.demo.account.password)
            yield doctor

    def log(self) -> tuple[Entry, ...]:
        """The event log of the consultation being held."""
        (folder,) = (self.demo.data / "consultations").iterdir()
        return read(folder)

    def events(self, kind: type[Any]) -> list[Any]:
        """The events of this kind in it."""
        return [entry.event for entry in self.log() if isinstance(entry.event, kind)]

    async def until_recorded(self, *incidents: str, seconds: float = RECOVERY) -> None:
        """Wait until all of these incidents are on disk."""
        wanted = set(incidents)
        await _until(lambda: wanted <= {each.code for each in self.events(Incident)}, seconds)

    async def words(self, *wanted: str, seconds: float = 20.0) -> None:
        """Wait until all of these stand on the touchscreen, whatever its kind of space."""
        texts = ""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            texts = plain(" | ".join(await self.patient.texts()))
            if all(plain(each) in texts for each in wanted):
                return
            await asyncio.sleep(0.05)
        missing = [each for each in wanted if plain(each) not in texts]
        raise AssertionError(f"{missing} not on the touchscreen after {seconds} s: {texts}")

    # --- the journey

    async def to_waiting_room(self) -> None:
        """From welcome, with a measurement, to the waiting room."""
        await self.patient.go("measure")
        await self.measured()
        await self.patient.go("waiting")

    async def measured(self) -> dict[str, str]:
        """Wait for a recorded value on the touchscreen, keep and return what it shows."""
        await self.patient.wait(phase="recorded", seconds=60)
        recorded = (await self.patient.values_shown())["recorded"]
        shown = {each["measurement"]: each["value"] for each in recorded if each["drawn"]}
        self.on_touchscreen |= shown
        return shown

    async def into_call(self, doctor: DoctorRobot) -> None:
        """The doctor takes the patient; returns when each sees the other move."""
        await doctor.claim_first()
        await self.patient.go("call")
        await self.both_see(doctor)

    async def both_see(self, doctor: DoctorRobot, seconds: float = RECOVERY) -> float:
        """Wait until each sees the other move; return the seconds it took."""
        started = time.monotonic()
        await doctor.wait_for_picture(seconds)
        await self.sees_doctor(seconds)
        await self.patient.wait(page="call", call="connected", seconds=seconds)
        return time.monotonic() - started

    async def sees_doctor(self, seconds: float) -> None:
        """Wait until the touchscreen has drawn two different pictures from now on."""
        seen: set[str] = set()
        before = (await self.patient.frames())["doctor"]["count"]
        async with asyncio.timeout(seconds):
            while len(seen) < 2:
                now = (await self.patient.frames())["doctor"]
                if now["count"] > before:
                    seen.add(now["sha256"])
                await asyncio.sleep(0.05)

    async def ask(self, doctor: DoctorRobot) -> None:
        """The doctor asks for a measurement, of other values; returns when it is under way."""
        await self.change(-2, 7)
        await doctor.ask_measurement()
        await self.patient.wait(page="call", phase="measuring", seconds=30)

    async def change(self, spo2: int, pulse_rate: int) -> None:
        """The patient's values are other ones from now on: by so much than when all began."""
        await self.demo.tell_simulator(
            {
                "do": "set",
                "spo2": self.demo.spo2 + spo2,
                "pulse_rate": self.demo.pulse_rate + pulse_rate,
            }
        )

    async def to_the_end(self, doctor: DoctorRobot) -> Delivered:
        """End of the call, report, goodbye; return what was delivered of the consultation."""
        for shown in await doctor.values():
            if shown.state == "recorded":
                assert shown.measurement is not None
                assert shown.measurement not in self.on_page, "on the page twice"
                self.on_page[shown.measurement] = shown.value
        for event in self.events(MeasurementRecorded):
            assert event.measurement.id not in self.in_log, "in the log twice"
            self.in_log[event.measurement.id] = str(event.measurement.result.value)
        await doctor.end_call()
        await self.patient.wait(page="after_call")
        await self.patient.press("wait_here")
        await doctor.sign_report(REPORT, OUTCOME)
        await self.observer.until(lambda view: isinstance(view.page, ReportPage), 20)
        await self.words(REPORT)
        self.report_shown = "\n".join(await self.patient.texts())
        await doctor.wait_for_report(("shown",))
        (folder,) = (self.demo.data / "consultations").iterdir()
        await self.patient.go("goodbye")
        return await self._gone(folder)

    async def walk_out(self) -> Delivered:
        """The patient leaves, from any page; return what was delivered."""
        (folder,) = (self.demo.data / "consultations").iterdir()
        await self.patient.press("leave")
        await self.patient.wait(dialog="leave")
        await self.patient.press("yes_leave")
        await self.patient.wait(page="goodbye")
        return await self._gone(folder)

    async def _gone(self, folder: Path) -> Delivered:
        await self.patient.press("finish")
        await self.observer.until(lambda view: isinstance(view.page, Hygiene), 30)
        record = self.demo.record / folder.name
        await _until(lambda: (record / "manifest.json").exists() and not folder.exists(), 30)
        bundle = json.loads((record / "bundle.json").read_text("utf-8"), parse_float=Decimal)
        return Delivered(record, [entry["resource"] for entry in bundle["entry"]])

    # --- what it is held against

    def disagreements(self, delivered: Delivered) -> list[str]:
        """Return where record, raw bytes, both screens, observer and simulator do not agree.

        By the demo's judge, from what this scene saw; incidents are the test's to judge. The log,
        as it stood before the call's end, is held against the rest here.
        """
        bundle = {each: str(value) for each, value in delivered.values.items()}
        heard = {each.measurement: each.value for each in self.observer.acknowledged}
        assert self.in_log == bundle == heard == self.on_page == self.on_touchscreen
        seen = {**self.on_touchscreen, **self.on_page}
        evidence = Evidence(self.out)
        summary = {
            "measurements": [
                {
                    "id": each,
                    "shown": {
                        "touchscreen": self.on_touchscreen.get(each),
                        "doctor": self.on_page.get(each),
                    },
                }
                for each in seen
            ],
            "acknowledged": [each.measurement for each in self.observer.acknowledged],
            "report": {"written": REPORT, "touchscreen": self.report_shown},
        }
        judge_record(evidence, summary)
        assert delivered.folder.parent == self.out / "record"
        return evidence.problems

    def stretches(self, delivered: Delivered) -> list[tuple[int | None, int | None]]:
        """Return SpO2 and pulse at the end of each unbroken stretch of the raw bytes kept."""
        evidence = Evidence(self.out)
        found = attempts(evidence, delivered.folder, sent(evidence))
        assert evidence.problems == []
        return found


@contextlib.asynccontextmanager
async def scene(
    out: Path,
    *,
    edit: Edit = quick,
    answers: Answers | None = None,
    before: Callable[[DemoEnvironment], Any] | None = None,
) -> AsyncIterator[Scene]:
    """A booth of its own with a patient before it. `before` runs when the booth is up."""
    lines: list[str] = []
    (out / "record").mkdir()
    options = Options(
        record=out / "record",
        journal=out / "simulator.jsonl",
        touch_module="cli.driven_touch",
        edit=edit,
    )
    demo = DemoEnvironment(options, on_line=lambda unit, line: lines.append(f"{unit} {line}"))
    print(f"seed {demo.seed}: SpO2 {demo.spo2} %, pulse {demo.pulse_rate}/min")
    try:
        async with demo:
            await demo.ready(READY)
            if before is not None:
                await before(demo)
            who = answers or Answers()
            async with (
                Observer(demo.run / "view.sock") as observer,
                PatientRobot.on(demo.touch_control, who) as patient,
            ):
                yield Scene(demo, patient, observer, out, lines, who)
    except BaseException:
        print("what the processes said last:", *lines[-80:], sep="\n  ")
        raise


async def _until(so: Callable[[], bool], seconds: float) -> None:
    """Wait for what has no event: files."""
    deadline = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < deadline, f"not so after {seconds} s"
        await asyncio.sleep(0.05)


def plain(text: str) -> str:
    """`text` with one kind of space and apostrophe."""
    return re.sub(r"\s+", " ", text.replace("\u2019", "'"))
