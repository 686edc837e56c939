"""What is wrong around a consultation: said in plain words, kept in the record, and it goes on."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import re
import string
import subprocess
import sys
import termios
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from cli.demo_environment import CLINIC, CONSULTATION, ROOT, TEMPLATES, DemoEnvironment
from contracts.measurement import Quantity
from contracts.screen import Live, Part, ReadyState, View, Waiting, Welcome
from kiosk.record import events as log
from tests.e2e.scene import READY, RECOVERY, REPORT, Delivered, Scene, edits, once, quick, scene

pytestmark = pytest.mark.e2e

NOT_PLUGGED_IN = "La pince de doigt n'est pas branchée."
ASK_THE_PHARMACIST = "Demandez au pharmacien de la brancher, puis réessayez."
WITHOUT_IT = "Vous pouvez aussi continuer sans elle."
USED_BY_ANOTHER = "La pince de doigt est utilisée par un autre programme."
LINE_CUT = "La liaison avec les médecins est coupée"
KEPT = "La cabine réessaie toute seule. Vos réponses et vos mesures sont gardées."
NO_CAMERA = "Pas de caméra : le médecin ne vous voit pas"
PICTURE_LOST = "L'image s'est coupée. Elle revient toute seule. Restez là."


async def welcome_says(booth: Scene, part: Part, state: ReadyState, words: str) -> None:
    """Wait until the welcome page says it of `part`, in these words."""

    def said(view: View) -> bool:
        page = view.page
        return isinstance(page, Welcome) and any(
            each.part is part and each.state is state for each in page.readiness
        )

    await booth.observer.until(said, READY)
    await booth.words(words)


async def seen_without_measuring(booth: Scene) -> Delivered:
    """The rest of a consultation whose oximeter does not work: a doctor sees them all the same."""
    await booth.patient.press("skip")
    await booth.patient.wait(page="waiting")
    async with booth.doctor() as doctor:
        await booth.into_call(doctor)
        said = await doctor.journal()
        assert any(line.startswith("Oxymétrie, essai 1") for line in said), said
        delivered = await booth.to_the_end(doctor)
    reported(delivered)
    assert delivered.values == {}
    absent = [each for each in delivered.of("Observation") if "dataAbsentReason" in each]
    assert len(absent) == len(Quantity)  # of the one attempt, coded, never a number
    return delivered


def reported(delivered: Delivered) -> None:
    """The doctor's report is in the record, signed."""
    (composition,) = delivered.of("Composition")
    assert composition["status"] == "final"
    assert [each["summary"] for each in delivered.of("ClinicalImpression")] == [REPORT]


# --- configuration ---------------------------------------------------------------------------

MISSPELT = {
    "consultation": ("booth.toml", "half_duplex", "half_duplx"),
    "media": ("booth.toml", "loopback", "loop_back"),
    "touch": ("booth.toml", "width_mm", "widht_mm"),
    "delivery": ("booth.toml", "path", "pth"),
    "clinic": ("clinic.toml", "ready_file", "redy_file"),
    "simulator": ("simulator.toml", "finger_file", "finger_fil"),
}


@pytest.mark.parametrize("part", MISSPELT)
def test_a_wrong_key_is_named_with_its_file_its_line_and_the_nearest_key(
    part: str, tmp_path: Path
) -> None:
    name, right, wrong = MISSPELT[part]
    for template in TEMPLATES.glob("*.toml"):
        text = template.read_text(encoding="utf-8")
        values = dict.fromkeys(string.Template(text).get_identifiers(), "1") | {"speaker": ""}
        (tmp_path / template.name).write_text(
            string.Template(text).substitute(values), encoding="utf-8"
        )
    file = tmp_path / name
    text = file.read_text(encoding="utf-8")
    found = list(re.finditer(rf"^{right} =", text, re.MULTILINE))
    assert len(found) == 1
    line = text.count("\n", 0, found[0].start()) + 1
    file.write_text(once(text, f"\n{right} =", f"\n{wrong} ="), encoding="utf-8")

    run = subprocess.run(
        [sys.executable, "-m", "cli", "run", part, "--config", str(tmp_path)],
        cwd="/",
        env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=READY,
        check=False,
    )
    assert run.returncode == 2, run.stderr
    assert f"{file}, line {line}: unknown key" in run.stderr
    assert wrong in run.stderr
    assert f"did you mean {right!r}?" in run.stderr
    assert "Traceback" not in run.stderr


# --- the instrument --------------------------------------------------------------------------


async def unplugged(demo: DemoEnvironment) -> None:
    await demo.tell_simulator({"do": "unplug"})


async def silent(demo: DemoEnvironment) -> None:
    await demo.tell_simulator({"do": "delay", "seconds": 60})


async def test_port_missing(tmp_path: Path) -> None:
    async with scene(tmp_path, before=unplugged) as booth:
        await welcome_says(booth, Part.OXIMETER, ReadyState.ABSENT, "non disponible")
        await booth.patient.go("measure")
        await booth.patient.wait(phase="failed", seconds=RECOVERY)
        await booth.words(NOT_PLUGGED_IN, ASK_THE_PHARMACIST, WITHOUT_IT)
        delivered = await seen_without_measuring(booth)
        assert delivered.incidents == ["instrument_absent"]


async def test_device_silent(tmp_path: Path) -> None:
    async with scene(tmp_path, before=silent) as booth:
        await welcome_says(booth, Part.OXIMETER, ReadyState.FAULT, "en panne")
        await booth.patient.go("measure")
        await booth.patient.wait(phase="failed", seconds=RECOVERY)
        await booth.words(NOT_PLUGGED_IN, ASK_THE_PHARMACIST, WITHOUT_IT)
        delivered = await seen_without_measuring(booth)
        assert delivered.incidents == ["instrument_absent"]


@contextlib.contextmanager
def foreign_program(port: Path) -> Iterator[None]:
    """Hold the port as a program does that wants it for itself."""
    held = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        fcntl.ioctl(held, termios.TIOCEXCL)
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
        fcntl.ioctl(held, termios.TIOCNXCL)
    finally:
        os.close(held)


async def test_port_busy_then_free_again(tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as held:

        async def occupied(demo: DemoEnvironment) -> None:
            await demo.supervisor.stop(CONSULTATION)
            held.enter_context(foreign_program(demo.folder / "oximeter"))
            await demo.supervisor.start()
            await demo.ready(READY)

        async with scene(tmp_path, before=occupied) as booth:
            await welcome_says(booth, Part.OXIMETER, ReadyState.BUSY, "en cours d'usage")
            await booth.patient.go("measure")
            await booth.patient.wait(phase="failed", seconds=RECOVERY)
            await booth.words(USED_BY_ANOTHER, "Attendez un instant, puis réessayez.", WITHOUT_IT)
            await held.aclose()
            await booth.patient.press("try_again")
            await booth.patient.wait(phase="measuring", seconds=RECOVERY)
            await booth.measured()
            await booth.patient.go("waiting")
            async with booth.doctor() as doctor:
                await booth.into_call(doctor)
                delivered = await booth.to_the_end(doctor)
            reported(delivered)
            assert booth.disagreements(delivered) == []
            assert delivered.incidents == ["instrument_busy"]
            assert set(delivered.values.values()) == {booth.demo.spo2, booth.demo.pulse_rate}


@contextlib.asynccontextmanager
async def live_heard(socket: Path) -> AsyncIterator[list[Live]]:
    """All that the touchscreen is told of what is not recorded."""
    heard: list[Live] = []

    async def listen(reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            heard.append(msgspec.json.decode(line, type=Live))

    reader, writer = await asyncio.open_unix_connection(socket)
    task = asyncio.create_task(listen(reader))
    try:
        yield heard
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        writer.close()


async def test_garbled_frames_are_dropped_and_counted_never_shown(tmp_path: Path) -> None:
    async with scene(tmp_path) as booth, live_heard(booth.demo.run / "live.sock") as live:
        await booth.patient.go("measure")
        await booth.patient.wait(phase="measuring", seconds=RECOVERY)
        for _ in range(25):  # a whole packet: each would be a plausible value, off by one
            await booth.demo.tell_simulator({"do": "corrupt", "byte": 3, "mask": 1})
        await booth.measured()
        shown = {each.spo2 for each in live} | {each.pulse_rate for each in live}
        truth = {booth.demo.spo2, booth.demo.pulse_rate}
        assert shown == {*truth, None}
        assert {int(each.value) for each in booth.observer.acknowledged} == truth
        assert {int(each) for each in booth.on_touchscreen.values()} == truth
        assert [each.code for each in booth.events(log.Incident)] == ["frames_dropped"]
        dropped = sum(each.dropped for each in booth.events(log.CurveRecorded))
        print(f"{dropped} frames dropped")
        assert dropped >= 25
        delivered = await booth.walk_out()
        assert set(delivered.values.values()) == truth
        notes = [n["text"] for each in delivered.of("Observation") for n in each.get("note", ())]
        assert f"Trames abîmées écartées : {dropped}" in notes


# --- the clinic ------------------------------------------------------------------------------


async def closed_clinic(demo: DemoEnvironment) -> None:
    """Nobody has ever heard of the clinic when the patient comes."""
    await demo.supervisor.stop(CONSULTATION)
    await demo.supervisor.stop(CLINIC)
    await demo.supervisor.start(*(each for each in demo.supervisor.names if each != CLINIC))


async def test_clinic_down_from_the_start_and_later_back(tmp_path: Path) -> None:
    async with scene(tmp_path, before=closed_clinic) as booth:
        await booth.to_waiting_room()
        await booth.words(LINE_CUT, KEPT)
        await booth.demo.supervisor.start(CLINIC)
        back = await booth.observer.until(
            lambda view: isinstance(view.page, Waiting) and view.page.connected, READY
        )
        assert isinstance(back.page, Waiting)
        await booth.words("Vous êtes en salle d'attente")
        async with booth.doctor() as doctor:
            await booth.into_call(doctor)
            delivered = await booth.to_the_end(doctor)
        reported(delivered)
        assert booth.disagreements(delivered) == []
        assert delivered.incidents == ["clinic_lost", "clinic_back"]


# --- picture and sound -----------------------------------------------------------------------


def no_camera(name: str, text: str) -> str:
    if name != "booth.toml":
        return text
    without, count = re.subn(r"\[media\.camera\]\nfile = .*\n", "", text)
    assert count == 1
    return without


def no_file(name: str, text: str) -> str:
    if name != "booth.toml":
        return text
    pointing, count = re.subn(
        r"(\[media\.camera\]\nfile = ).*", r'\1"/nonexistent/camera.mp4"', text
    )
    assert count == 1
    return pointing


@pytest.mark.parametrize("edit", [no_camera, no_file])
async def test_camera_absent(tmp_path: Path, edit: object) -> None:
    chosen = no_camera if edit is no_camera else no_file
    async with scene(tmp_path, edit=edits(quick, chosen)) as booth, booth.doctor() as doctor:
        await welcome_says(booth, Part.CAMERA, ReadyState.ABSENT, "non disponible")
        await booth.to_waiting_room()
        await doctor.claim_first()
        await booth.patient.go("call")
        await booth.sees_doctor(RECOVERY)
        await booth.words(NO_CAMERA)
        assert "Cabine sans caméra" in await doctor.page.locator("main:visible").inner_text()
        heard = await doctor.audio_stats(1.0)
        assert heard.rms > 0.001, heard
        delivered = await booth.to_the_end(doctor)
        reported(delivered)
        assert booth.disagreements(delivered) == []
        assert delivered.incidents == ["camera_absent"]


def end_browsers() -> None:
    """Kill the browsers that this process started, as a power cut at the doctor's would."""
    mine = psutil.Process().children(recursive=True)
    browsers = [each for each in mine if "chrom" in each.name()]
    assert browsers
    for each in browsers:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()
    psutil.wait_procs(browsers, timeout=READY)


@pytest.mark.parametrize(
    "how", ["killed", "page left", pytest.param("tab closed", marks=pytest.mark.long)]
)
async def test_browser_gone_in_mid_call(tmp_path: Path, how: str) -> None:
    async with scene(tmp_path) as booth:
        async with booth.doctor() as doctor:
            await booth.to_waiting_room()
            await booth.into_call(doctor)
            if how == "killed":
                end_browsers()
            elif how == "tab closed":
                await doctor.page.close(run_before_unload=False)
            else:
                await doctor.page.goto("about:blank")
            gone = time.monotonic()
            await booth.patient.wait(page="call", call="reconnecting", seconds=RECOVERY)
            print(f"{how} -> the patient is told: {time.monotonic() - gone:.2f} s")
        await booth.words(PICTURE_LOST)
        await booth.until_recorded("doctor_lost", "call_lost")
        async with booth.doctor() as doctor:
            await booth.both_see(doctor)
            await booth.ask(doctor)
            await booth.measured()
            await doctor.wait_for_measurement()
            delivered = await booth.to_the_end(doctor)
        reported(delivered)
        assert booth.disagreements(delivered) == []
        assert len(delivered.values) == 4
        assert sorted(delivered.incidents) == [
            "call_lost",
            "call_restored",
            "doctor_back",
            "doctor_lost",
        ]
