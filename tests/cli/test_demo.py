"""The demo, with its real processes: it comes up, and nothing of it is left."""

import asyncio
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from cli.demo import Words, parse
from cli.demo_environment import (
    CLINIC,
    CONSULTATION,
    FOLDER_PREFIX,
    MEDIA,
    ROOT,
    TEMPLATES,
    TOUCH,
    DemoEnvironment,
    DemoError,
    Options,
    remove_leftovers,
)
from cli.processes import marked
from cli.supervisor import Ended, Failed, State
from config.loader import load
from config.schemas import BoothConfig, ClinicConfig, SimulatorConfig
from tests.mutation import red_under

pytestmark = pytest.mark.e2e
DEADLINE = 60.0
FOLDER = re.compile(rf"/\S*/{FOLDER_PREFIX}[a-z0-9_]+")


def sockets_of(processes: list[psutil.Process]) -> set[Path]:
    """The Unix sockets these processes listen at, the virtual screen's among them."""
    found = set()
    for process in processes:
        for connection in process.net_connections("unix"):
            if str(connection.laddr).startswith("/"):
                found.add(Path(str(connection.laddr)))
    assert any(path.parent.name == ".X11-unix" for path in found), found
    return found


def nothing_left(folder: Path) -> bool:
    return not folder.exists() and marked(str(folder)) == []


@contextmanager
def demo_process(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """`./cabine demo` behind its shell part, without a display."""
    kept = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "demo", *arguments],
        cwd=ROOT,
        env={**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
        remove_leftovers()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """Return what it said, up to the line with `words`; after DEADLINE it is killed."""
    assert process.stdout is not None
    said = ""
    impatience = threading.Timer(DEADLINE, process.kill)
    impatience.start()
    try:
        for line in process.stdout:
            said += line
            if words in line:
                return said
    finally:
        impatience.cancel()
    raise AssertionError(f"it ended without saying {words!r}:\n{said}")


def folder_in(said: str) -> Path:
    found = FOLDER.search(said)
    assert found, said
    return Path(found[0])


async def test_it_comes_up_private_with_files_that_say_what_was_asked() -> None:
    lines: list[str] = []
    options = Options(seed=7, spo2=96)
    async with DemoEnvironment(options, on_line=lambda u, s: lines.append(f"{u} {s}")) as demo:
        await demo.ready(DEADLINE)
        folder = demo.folder
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        for name in ("view.sock", "live.sock", "media.sock", "frames.sock"):
            assert stat.S_IMODE((demo.run / name).stat().st_mode) == 0o600
        booth = load(BoothConfig, folder / "booth.toml")
        clinic = load(ClinicConfig, folder / "clinic.toml")
        simulator = load(SimulatorConfig, folder / "simulator.toml").oximeter
        assert booth.clinic.url == demo.clinic_url == f"http://127.0.0.1:{clinic.port}"
        assert booth.instruments.oximeter is not None
        assert simulator is not None
        assert booth.instruments.oximeter.port == simulator.link
        assert booth.instruments.oximeter.simulated
        assert (simulator.spo2, simulator.seed) == (96, 7)
        assert clinic.booths[0].id == booth.booth.id
        assert demo.account.password not in (folder / "clinic.toml").read_text(encoding="utf-8")
        family = marked(str(folder))
        assert len(family) >= len(demo.supervisor.names) + 1  # and the screen
        sockets = sockets_of(family)
    assert nothing_left(folder)
    assert not [path for path in sockets if path.exists()]
    assert demo.account.password not in "\n".join(lines)


async def test_values_drawn_from_a_seed_are_drawn_again_from_it() -> None:
    one, two, three = (DemoEnvironment(Options(seed=seed)) for seed in (1, 1, None))
    assert (one.spo2, one.pulse_rate) == (two.spo2, two.pulse_rate)
    again = DemoEnvironment(Options(seed=three.seed))
    assert (again.spo2, again.pulse_rate) == (three.spo2, three.pulse_rate)


async def test_screen_and_simulator_take_orders_where_tests_give_them() -> None:
    options = Options(touch_module="cli.driven_touch", frozen_camera=True, silent_microphone=True)
    async with DemoEnvironment(options) as demo:
        await demo.ready(DEADLINE)
        async with asyncio.timeout(DEADLINE):
            reader, writer = await asyncio.open_unix_connection(demo.touch_control)
            writer.write(b'{"do": "wait", "page": "welcome"}\n')
            answer = json.loads(await reader.readline())
        writer.close()
        assert answer["ok"], answer
        await demo.tell_simulator({"do": "corrupt"})
        with pytest.raises(DemoError, match="refuses"):
            await demo.tell_simulator({"do": "dance"})
        booth = load(BoothConfig, demo.folder / "booth.toml")
        assert booth.media.camera is not None
        assert booth.media.camera.file == demo.folder / "frozen.mp4"
        assert booth.media.microphone is not None
        assert booth.media.microphone.file == demo.folder / "silent.wav"


async def test_a_part_killed_comes_back_where_it_was() -> None:
    async with DemoEnvironment() as demo:
        await demo.ready(DEADLINE)
        parts = demo.supervisor
        before = {name: parts.pid(name) for name in parts.names}

        parts.kill(CLINIC)
        await parts.wait_restarted(CLINIC, since=1, seconds=DEADLINE)
        host, _, port = demo.clinic_url.removeprefix("http://").rpartition(":")
        async with asyncio.timeout(DEADLINE):
            while True:
                try:
                    _, writer = await asyncio.open_connection(host, int(port))
                except ConnectionRefusedError:
                    await asyncio.sleep(0.05)
                else:
                    break
        writer.close()

        parts.kill(CONSULTATION)
        for name in (CONSULTATION, MEDIA, TOUCH):
            await parts.wait_restarted(name, since=1, seconds=DEADLINE)
        await demo.ready(DEADLINE)
        changed = {name for name in before if parts.pid(name) != before[name]}
        assert changed == {CLINIC, CONSULTATION, MEDIA, TOUCH}


async def test_a_wrong_setting_is_said_with_its_line_and_nothing_is_left() -> None:
    def misspell(name: str, text: str) -> str:
        return text.replace("half_duplex", "half_duplx") if name == "booth.toml" else text

    lines: list[str] = []
    demo = DemoEnvironment(Options(edit=misspell), on_line=lambda _unit, line: lines.append(line))
    with pytest.raises(DemoError, match="does not stay up"):
        async with demo:
            await demo.ready(DEADLINE)
    said = [line for line in lines if "half_duplx" in line]
    assert said
    assert re.search(r"booth\.toml, line \d+: unknown key .* did you mean 'half_duplex'\?", said[0])
    assert nothing_left(folder_in(said[0]))


def test_ctrl_c_leaves_no_process_no_socket_and_no_file() -> None:
    with demo_process() as process:
        said = read_until(process, "Ctrl-C stops it")
        folder = folder_in(said)
        page = re.search(r"http://127\.0\.0\.1:\d+/doctor/", said)
        assert page
        for word in ("login", "password", "seed", "invented identities only"):
            assert word in said
        vnc = re.search(r"VNC +127\.0\.0\.1:(\d+)", said)
        assert vnc
        with socket.create_connection(("127.0.0.1", int(vnc[1])), DEADLINE) as screen:
            assert screen.recv(12).startswith(b"RFB ")
        sockets = sockets_of(marked(str(folder)))
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=DEADLINE)
        assert process.returncode == 0
        assert "nothing is left" in rest
    assert nothing_left(folder)
    assert not [path for path in sockets if path.exists()]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(vnc[1])), DEADLINE)


def test_a_scripted_patient_goes_to_the_waiting_room_for_the_person_who_is_the_doctor() -> None:
    with demo_process("--patient", "auto") as process:
        said = read_until(process, "a patient is in the waiting room")
        assert "a scripted patient touches it" in said
        assert "VNC" not in said
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=DEADLINE)
        assert process.returncode == 0
    assert nothing_left(folder_in(said))


def test_ctrl_c_while_it_starts_leaves_nothing_either() -> None:
    with demo_process("--verbose") as process:
        said = read_until(process, "oximeter link=")
        folder = folder_in(said)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)  # impatient
        process.communicate(timeout=DEADLINE)
        assert process.returncode == 0
    assert nothing_left(folder)


@red_under(
    "cli/demo_environment.py",
    old="shutil.rmtree(folder)\n                    removed",
    new="removed",
)
def test_a_demo_killed_outright_takes_its_processes_along_and_the_next_removes_its_files() -> None:
    with demo_process() as process:
        folder = folder_in(read_until(process, "Ctrl-C stops it"))
        family = marked(str(folder))
        process.kill()
        process.wait(DEADLINE)
        _, alive = psutil.wait_procs(family, timeout=DEADLINE)
        assert alive == []
        assert folder.exists()
        assert folder in remove_leftovers()
        assert nothing_left(folder)


async def test_a_living_demo_is_not_taken_for_a_dead_one() -> None:
    async with DemoEnvironment() as demo:
        await demo.ready(DEADLINE)
        assert demo.folder not in remove_leftovers()
        assert demo.folder.is_dir()
        assert demo.supervisor.state(CONSULTATION) is State.ACTIVE


def test_templates_explain_themselves() -> None:
    for file in TEMPLATES.glob("*.toml"):
        text = file.read_text(encoding="utf-8")
        assert text.startswith("# ")
        assert text.count("#") > text.count("\n[")


def test_an_option_that_is_not_known_is_refused() -> None:
    with pytest.raises(SystemExit):
        parse(["--patients", "auto"])


def test_what_a_part_wrote_is_shown_when_it_ends_badly(capsys: pytest.CaptureFixture[str]) -> None:
    words = Words(verbose=False)
    for number in range(20):
        words.line(MEDIA, f"line {number}")
    words.event(Ended(MEDIA, 1, 0, asked=False))
    words.event(Ended(MEDIA, 1, -15, asked=True))
    assert capsys.readouterr().err == ""
    words.event(Ended(MEDIA, 1, -9, asked=False))
    words.event(Failed(MEDIA, "started 20 times in 60 s"))
    said = capsys.readouterr().err.splitlines()
    assert said[0].endswith("media | line 10")
    assert said[-2:] == [
        "cabine: media ended with status -9",
        "cabine: media stays down: started 20 times in 60 s",
    ]
