"""The process: started and stopped as its unit does it; and driven from outside by the robot."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from cli.patient import Answers, PatientError, PatientRobot
from cli.qml import ROOT, build
from contracts import screen
from contracts.consultation import Giver, Language, Reason, Sex
from contracts.screen import Dialog, IntentMessage, View
from tests.ui.touch.views import PAGES

BOOTH = """
[booth]
id = "booth-1"
site = "Pharmacie de la Place"
[paths]
run = "run"
data = "data"
[screen]
width_px = 1280
height_px = 800
width_mm = 331
height_mm = 207
fullscreen = false
allow_software_renderer = {software}
[price]
consultation_cents = 3000
covered_cents = 2100
[clinic]
url = "http://127.0.0.1:8800"
device_key = "key.pem"
[delivery.folder]
path = "out"
"""


def booth(folder: Path, *, software: bool = True) -> Path:
    build()
    (folder / "run").mkdir(mode=0o700)
    (folder / "booth.toml").write_text(BOOTH.format(software=str(software).lower()))
    return folder


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ui.touch", "--config", str(folder)],
        env=environment(), cwd=folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_stops_cleanly_when_told(tmp_path: Path, number: signal.Signals) -> None:
    booth(tmp_path)
    ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def came(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        if not ready.done():
            ready.set_result(None)

    writers: list[asyncio.StreamWriter] = []
    server = await asyncio.start_unix_server(came, tmp_path / "run" / "view.sock")
    touch = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ui.touch", "--config", str(tmp_path),
        env=environment(), cwd="/", stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    await asyncio.wait_for(ready, 30)
    touch.send_signal(number)
    _, errors = await asyncio.wait_for(touch.communicate(), 10)
    assert touch.returncode == 0, errors.decode()
    assert b"Traceback" not in errors
    assert b"QML" not in errors
    for writer in writers:
        writer.close()
    server.close()


def test_a_wrong_key_is_one_clear_line_and_status_2(tmp_path: Path) -> None:
    booth(tmp_path)
    file = tmp_path / "booth.toml"
    file.write_text(file.read_text().replace("width_mm", "width_mn"))
    done = run(tmp_path)
    assert done.returncode == 2
    assert "width_mm" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_booth_without_a_graphics_processor_refuses_to_start(tmp_path: Path) -> None:
    done = run(booth(tmp_path, software=False))
    assert done.returncode == 2
    assert "graphics" in done.stderr
    assert "allow_software_renderer" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_socket_path_too_long_is_said(tmp_path: Path) -> None:
    booth(tmp_path)
    file = tmp_path / "booth.toml"
    file.write_text(file.read_text().replace('run = "run"', f'run = "{"r" * 90}"'))
    done = run(tmp_path)
    assert done.returncode == 2
    assert "too long" in done.stderr


# --- the robot, on a consultation that follows a script ---------------------------------------

SCRIPT = (
    "hygiene", "welcome", "information", "consent", "names", "birth_date", "sex", "birth_place",
    "accompanied", "reason", "red_flags", "measure_place", "measure_failed_no_signal",
    "measure_recorded", "waiting", "meet_doctor", "call", "call_measure_recorded", "call_values",
    "after_call", "after_call_waiting", "report_long", "goodbye",
)  # fmt: skip
BY_THEMSELVES = ("measure_place", "waiting", "call", "call_values", "after_call_waiting")


class Script:
    """Shows one page after the other, on to the next at each intent that answers it."""

    def __init__(self) -> None:
        self.language = Language.FR
        self.at = 0
        self.revision = 0
        self.dialog: Dialog | None = None
        self.intents: list[screen.Intent] = []
        self._writer: asyncio.StreamWriter | None = None

    async def joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.show()
        try:
            while line := await reader.readline():
                self.heard(msgspec.json.decode(line, type=IntentMessage))
        finally:
            writer.close()

    def show(self) -> None:
        assert self._writer is not None
        self.revision += 1
        page = PAGES[SCRIPT[self.at]]
        view = View(self.revision, self.language, page, self.dialog)
        self._writer.write(msgspec.json.encode(view) + b"\n")

    def heard(self, message: IntentMessage) -> None:
        if message.revision != self.revision:
            return
        self.intents.append(message.intent)
        match message.intent:
            case screen.ChooseLanguage(language=language):
                self.language = language
            case screen.AskHelp():
                self.dialog = Dialog.HELP
            case screen.CloseDialog():
                self.dialog = None
            case _:
                self.at = min(self.at + 1, len(SCRIPT) - 1)
        self.show()

    def next(self) -> None:
        """What the patient does not cause."""
        self.at += 1
        self.show()


@contextlib.asynccontextmanager
async def driven(folder: Path, script: Script) -> AsyncIterator[Path]:
    """A driven touchscreen on the script; under Xvfb where there is one, as in the demo."""
    booth(folder)
    server = await asyncio.start_unix_server(script.joined, folder / "run" / "view.sock")
    control = folder / "control.sock"
    touch = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cli.driven_touch", "--config", str(folder),
        "--control", str(control), env=environment(), stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield control
    finally:
        touch.terminate()
        _, errors = await asyncio.wait_for(touch.communicate(), 10)
        server.close()
    assert touch.returncode == 0, errors.decode()


@pytest.mark.parametrize("language", Language)
async def test_the_robot_goes_through_the_whole_journey(tmp_path: Path, language: Language) -> None:
    script = Script()
    answers = Answers(language=language.value)
    async with driven(tmp_path, script) as control, PatientRobot.on(control, answers) as patient:
        patient.screens(tmp_path / "screens")
        for page in BY_THEMSELVES:
            tag = "measure" if page == "measure_place" else page.split("_")[0]
            tag = {"after": "after_call", "call": "call"}.get(tag, tag)
            await patient.go(tag)
            while SCRIPT[script.at] != page:
                await patient.go(tag)
                state = await patient.state()
                await patient._answer(state)
                if SCRIPT[script.at] != page:
                    await patient.wait(after=state["revision"])
            script.next()
        end = await patient.go("goodbye")
        assert end["problems"] == []
        assert {each.page for each in patient.seen} >= {"welcome", "names", "call", "report"}
        pictures = sorted(each.name for each in (tmp_path / "screens").iterdir())
        assert len(pictures) >= len(patient.seen)
    for expected in (
        screen.GiveConsent(Giver.PATIENT, act=True, assistant=True),
        screen.GiveNames("Lefèvre-Noël", "Zoé Éléonore"),
        screen.GiveBirthDate("05", "03", "1946"),
        screen.GiveSex(Sex.FEMALE),
        screen.GiveBirthPlace("Saint-Étienne"),
        screen.GiveReason(Reason.COUGH),
        screen.AnswerRedFlags(()),
        screen.Retake(),
        screen.WaitHere(),
    ):
        assert script.intents.count(expected) == 1, expected


async def test_what_is_not_on_the_page_is_said_with_what_is(tmp_path: Path) -> None:
    script = Script()
    async with driven(tmp_path, script) as control, PatientRobot.on(control) as patient:
        await patient.go("welcome")
        with pytest.raises(PatientError, match="Commencer"):
            await patient.press("read")
        with pytest.raises(PatientError, match="not something to do"):
            await patient.screen.ask("dance")
        await patient.press("help")
        await patient.wait(dialog="help")
        await patient.go("information")


@pytest.mark.e2e
@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="needs Xvfb")
def test_the_gallery_draws_video_under_xvfb(tmp_path: Path) -> None:
    build()
    subprocess.run(
        ["xvfb-run", "-a", "-s", "-screen 0 1280x800x24", sys.executable, "-m",
         "tests.ui.touch.gallery", str(tmp_path), "call_values"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "xcb"}, check=True,
        timeout=120, capture_output=True,
    )  # fmt: skip
    from PySide6.QtGui import QImage

    image = QImage(str(tmp_path / "fr-call_values.png"))
    assert (image.width(), image.height()) == (1280, 800)
    # the disc in the middle of the doctor's picture is bright, its surroundings are not
    disc, around = image.pixelColor(740, 320).lightness(), image.pixelColor(320, 320).lightness()
    assert disc > around + 60
