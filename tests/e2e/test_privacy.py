"""Over a whole consultation nothing outside the record and the two screens knows who or what.

The patient's name is drawn at run time, so that wherever it stands it came from this consultation.
"""

from __future__ import annotations

import os
import re
import secrets
import signal
import string
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from cli.demo_environment import FOLDER_PREFIX, ROOT, DemoEnvironment, remove_leftovers
from cli.patient import Answers
from cli.processes import marked
from tests.e2e.scene import REPORT, scene

pytestmark = pytest.mark.e2e

TOLD_IN_TIME = 60.0
# What stands before each line of a log: the unit, the time.
HEADING = re.compile(r"^\S+ (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ )?")


def marker() -> str:
    """A name nobody has: letters only, as a name must be.

    Not printed: what these tests print may go to a file, and no file may hold it.
    """
    return "Qz" + "".join(secrets.choice(string.ascii_lowercase) for _ in range(10))


def tells_value(line: str, value: int) -> bool:
    """Whether a line says this number and what it is."""
    said = HEADING.sub("", line)
    what = r"(spo2|sat|oxy|pulse|pouls|value|valeur|result|bpm|%|/min)"
    return bool(
        re.search(rf"(?i){what}\W{{0,12}}\b{value}\b|\b{value}\b\W{{0,3}}(%|/min|bpm)", said)
    )


def titles(demo: DemoEnvironment) -> list[str]:
    """Command lines and titles of all that the demo runs."""
    found = []
    for process in marked(str(demo.folder)):
        try:
            found.append(" ".join([process.name(), *process.cmdline()]))
        except psutil.NoSuchProcess:
            continue
    return found


def names_under(*folders: Path) -> list[str]:
    """All file names."""
    return [str(path) for folder in folders for path in folder.rglob("*")]


def test_a_line_that_tells_a_value_is_found() -> None:
    for line in (
        "unit 2026-01-01 10:00:00,093 INFO measured spo2=93",
        "unit INFO pulse: 93",
        "unit INFO shown 93 %",
        'unit INFO {"value":"93"}',
    ):
        assert tells_value(line, 93)
    for line in ("unit 2026-01-01 10:00:00,093 INFO bytes=930", "unit INFO port=4093 revision=93"):
        assert not tells_value(line, 93)


async def test_nothing_outside_the_record_knows_who_or_what(tmp_path: Path) -> None:
    name, given, place = marker(), marker(), marker()
    secret = (name, given, place, REPORT)
    answers = Answers(language="en", birth_name=name, given_names=given, birth_place=place)
    addresses: list[str] = []
    async with scene(tmp_path, answers=answers) as booth, booth.doctor() as doctor:
        doctor.page.on("request", lambda request: addresses.append(request.url))
        doctor.page.on("websocket", lambda opened: addresses.append(opened.url))
        await booth.to_waiting_room()
        await booth.into_call(doctor)
        addresses.append(doctor.page.url)
        # The doctor knows: the name was typed, and came through. English all the way.
        known = await doctor.page.locator("main:visible").inner_text()
        assert name in known
        assert given in known
        await booth.words("I can't hear you", "Mute my microphone")
        await booth.ask(doctor)
        seen = titles(booth.demo) + names_under(booth.demo.folder, tmp_path)
        await booth.measured()
        await doctor.wait_for_measurement()
        values = {int(each) for each in booth.on_touchscreen.values()}
        addresses += await doctor.page.evaluate(
            "() => performance.getEntriesByType('resource').map((entry) => entry.name)"
        )
        await doctor.reload()
        await booth.both_see(doctor)
        kept = await doctor.page.evaluate(
            "() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.title])"
        )
        delivered = await booth.to_the_end(doctor)
        assert booth.disagreements(delivered) == []
        seen += titles(booth.demo) + names_under(booth.demo.folder, tmp_path)
        addresses.append(doctor.page.url)
    bundle = (delivered.folder / "bundle.json").read_text("utf-8")
    for each in (name, given, place):
        assert each in bundle  # it was there to be told
    assert len(values) == 4
    assert len(addresses) > 5
    assert len(booth.lines) > 20
    for told in (*booth.lines, *seen, *addresses, kept):
        for each in secret:
            assert each.lower() not in told.lower(), told
    for line in (*booth.lines, *addresses):
        for value in values:
            assert not tells_value(line, value), line


DEMO = """
import functools, sys
from cli import demo, patient
patient.Answers = functools.partial(patient.Answers, birth_name=sys.argv[1])
sys.exit(demo.main(["--patient", "auto", "--verbose"]))
"""


def holding(name: str, folders: list[Path]) -> list[str]:
    """Files of this person under `folders` that hold `name` in text or in their own name."""
    found = []
    for top in folders:
        for folder, _, files in os.walk(top):  # what vanishes while we look is passed over
            for path in (Path(folder), *(Path(folder) / each for each in files)):
                try:
                    if path.is_symlink() or path.stat().st_uid != os.getuid():
                        continue
                    known = name in path.name
                    if path.is_file() and path.stat().st_size < 50_000_000:
                        known = known or name.encode() in path.read_bytes()
                except OSError:
                    continue
                if known:
                    found.append(str(path))
    return found


def sockets() -> list[str]:
    """The paths of all Unix sockets of this machine."""
    lines = Path("/proc/net/unix").read_text("utf-8").splitlines()[1:]
    return [line.split()[7] for line in lines if len(line.split()) > 7]


def test_ctrl_c_in_mid_consultation_leaves_nothing_that_knows_the_patient() -> None:
    name = marker()
    environment = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    temporary = [Path("/tmp"), Path("/var/tmp"), Path("/dev/shm")]
    if "XDG_RUNTIME_DIR" in environment:
        temporary.append(Path(environment["XDG_RUNTIME_DIR"]))
    process = subprocess.Popen(
        [sys.executable, "-c", DEMO, name],
        cwd=ROOT,
        env={**environment, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = ""
    try:
        assert process.stdout is not None
        for line in process.stdout:
            said += line
            if "a patient is in the waiting room" in line:
                break
        found = re.search(rf"/\S*/{FOLDER_PREFIX}[a-z0-9_]+", said)
        assert found, said
        folder = Path(found[0])
        assert any("log.sqlite" in each for each in holding(name, [folder]))
        assert any(each.startswith(str(folder)) for each in sockets())
        family = marked(str(folder))
        assert len(family) > 5
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=TOLD_IN_TIME)
        said += rest
        assert process.returncode == 0, said
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
        remove_leftovers()
    assert name not in said
    assert not folder.exists()
    _, alive = psutil.wait_procs(family, timeout=TOLD_IN_TIME)
    assert alive == []
    assert marked(str(folder)) == []
    assert not [each for each in sockets() if each.startswith(str(folder))]
    assert holding(name, temporary) == []
