"""The delivery process, as its unit starts it; and its loop with turns of our own."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import psutil
import pytest

from kiosk.delivery.plan import Plan
from kiosk.delivery.scheduler import Scheduler
from kiosk.delivery.turn import REFUSED, Ended, Result
from kiosk.record.folders import Folders
from kiosk.record.log import FILE
from tests.kiosk.delivery.booth import OTHERS, Booth
from tests.kiosk.documents import samples

ROOT = Path(__file__).resolve().parents[3]
ONE = samples.CONSULTATION


@pytest.fixture
def booth(tmp_path: Path) -> Booth:
    return Booth(tmp_path)


# --- the loop ----------------------------------------------------------------------------------


class Turns:
    """Turns that end when the test says so."""

    def __init__(self) -> None:
        self.waiting: dict[str, asyncio.Future[Ended]] = {}
        self.most = 0
        self.began = asyncio.Condition()

    async def run(self, name: str) -> Ended:
        ending: asyncio.Future[Ended] = asyncio.get_running_loop().create_future()
        async with self.began:
            self.waiting[name] = ending
            self.most = max(self.most, len(self.waiting))
            self.began.notify_all()
        try:
            return await ending
        finally:
            del self.waiting[name]

    async def until(self, names: set[str]) -> None:
        async with asyncio.timeout(20), self.began:
            await self.began.wait_for(lambda: set(self.waiting) == names)


async def test_two_at_a_time_then_the_next(booth: Booth, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for name in OTHERS[:3]:
        folder = booth.finish(name)
        os.utime(folder, (1, OTHERS.index(name) + 1))
    turns, stop = Turns(), asyncio.Event()
    scheduler = Scheduler(booth.folders, Plan(Random(1)), turns.run, time.monotonic, poll=0.01)
    serving = asyncio.create_task(scheduler.serve(stop))
    await turns.until(set(OTHERS[:2]))
    booth.folders.remove(booth.folders.of(OTHERS[0]))
    turns.waiting[OTHERS[0]].set_result(Ended(Result.DELIVERED))
    await turns.until(set(OTHERS[1:3]))
    stop.set()
    async with asyncio.timeout(20):
        await serving
    assert turns.waiting == {}
    assert turns.most == 2
    assert f"consultation_delivered consultation={OTHERS[0]}" in caplog.text


async def test_folders_that_are_not_consultations_are_not_touched(booth: Booth) -> None:
    booth.finish(OTHERS[0])
    stray = booth.folders.of("lost+found")
    stray.mkdir()
    (stray / "closed").touch()
    turns, stop = Turns(), asyncio.Event()
    scheduler = Scheduler(booth.folders, Plan(Random(1)), turns.run, time.monotonic, poll=0.01)
    serving = asyncio.create_task(scheduler.serve(stop))
    await turns.until({OTHERS[0]})
    stop.set()
    await serving
    assert stray.exists()


async def test_data_that_cannot_be_listed_is_told_once_and_waited_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    looks = 0
    enough, back, again = asyncio.Event(), asyncio.Event(), asyncio.Event()
    listed = 0

    class Flaky(Folders):
        def closed(self) -> tuple[Path, ...]:
            nonlocal looks, listed
            looks += 1
            if looks == 5:
                enough.set()
            if not back.is_set():
                raise PermissionError(13, "Permission denied")
            listed += 1
            if listed == 2:
                again.set()
            return ()

    stop = asyncio.Event()
    scheduler = Scheduler(Flaky(tmp_path), Plan(Random(1)), Turns().run, time.monotonic, poll=0.001)
    serving = asyncio.create_task(scheduler.serve(stop))
    async with asyncio.timeout(20):
        await enough.wait()
        back.set()
        await again.wait()
    stop.set()
    await serving
    assert caplog.text.count("delivery_data_unreadable") == 1
    assert caplog.text.count("delivery_data_readable") == 1


# --- the process -------------------------------------------------------------------------------


class Process:
    """`python -m kiosk.delivery`, from another folder than the repository's."""

    def __init__(self, booth: Booth, *prefix: str) -> None:
        self.errors = (booth.config / "stderr").open("a+")
        self.popen = subprocess.Popen(
            [*prefix, sys.executable, "-m", "kiosk.delivery", "--config", str(booth.config)],
            cwd="/",
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stderr=self.errors,
        )

    def log(self) -> str:
        self.errors.seek(0)
        return self.errors.read()

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 60
        while not condition():
            assert self.popen.poll() is None, self.log()
            assert time.monotonic() < end, self.log()
            time.sleep(0.01)

    def stop(self, number: int = signal.SIGTERM) -> float:
        began = time.monotonic()
        self.popen.send_signal(number)
        assert self.popen.wait(timeout=20) == 0
        return time.monotonic() - began


@pytest.fixture
def start(booth: Booth) -> Iterator[Callable[[], Process]]:
    started: list[Process] = []

    def begin() -> Process:
        started.append(Process(booth))
        return started[-1]

    yield begin
    for process in started:
        if process.popen.poll() is None:
            process.popen.kill()
            process.popen.wait()
        process.errors.close()


def test_the_process_delivers_what_is_there_and_what_comes(
    booth: Booth, start: Callable[[], Process]
) -> None:
    booth.finish()
    booth.finish(OTHERS[0], killed=True)
    process = start()
    process.until(lambda: not booth.folders.all())
    booth.finish(OTHERS[1])
    process.until(lambda: not booth.folders.all())
    for name in (ONE, *OTHERS[:2]):
        booth.check(name)
    assert booth.names() == {ONE, *OTHERS[:2]}
    process.until(lambda: process.log().count("consultation_delivered") == 3)
    assert process.stop() < 2


def test_nothing_of_a_patient_in_logs_names_or_titles(
    booth: Booth, start: Callable[[], Process]
) -> None:
    """Searched: stderr, the command lines of all its processes, every name it made on the disk."""
    booth.finish()
    broken = booth.finish(OTHERS[0], entries=samples.full()[:-1])
    process = start()
    seen: set[str] = set()

    def watch() -> bool:
        for running in psutil.Process(process.popen.pid).children(recursive=True):
            try:
                seen.add(" ".join(running.cmdline()))
            except psutil.Error:
                continue
        seen.update(path.name for path in booth.config.rglob("*"))
        return (broken / REFUSED).exists() and not booth.folders.of(ONE).exists()

    process.until(watch)
    process.until(lambda: "delivery_refused" in process.log())
    process.stop()
    assert any("kiosk.delivery.worker" in line for line in seen)
    everything = process.log() + "\n".join(seen) + (broken / REFUSED).read_text()
    for secret in ("Ormesson", "Zoé", "1946", "Fontaine", "97.0", "cough", "Lille", "10001234567"):
        assert secret not in everything
    assert f"delivery_refused consultation={OTHERS[0]} code=document_impossible" in process.log()


def test_a_sink_away_and_back_is_told_once_and_nothing_is_lost(
    booth: Booth, start: Callable[[], Process]
) -> None:
    booth.sink.write_text("a file where the mount should be")
    booth.finish()
    booth.finish(OTHERS[0])
    process = start()
    process.until(lambda: "delivery_stalled code=EEXIST" in process.log())
    assert all((folder / FILE).exists() for folder in booth.folders.all())
    booth.sink.unlink()
    process.until(lambda: not booth.folders.all())
    process.until(lambda: process.log().count("consultation_delivered") == 2)
    assert process.log().count("delivery_stalled") == 1
    assert process.log().count("delivery_restored") == 1
    booth.check()
    booth.check(OTHERS[0])


def test_an_unreadable_one_is_kept_and_the_others_go_on(
    booth: Booth, start: Callable[[], Process]
) -> None:
    bad = booth.finish()
    (bad / FILE).write_bytes(b"letter" * 999)
    process = start()
    process.until((bad / REFUSED).exists)
    booth.finish(OTHERS[0])
    process.until(lambda: not booth.folders.of(OTHERS[0]).exists())
    booth.check(OTHERS[0])
    assert (bad / FILE).read_bytes() == b"letter" * 999


def test_killed_with_its_workers_it_finishes_when_it_is_back(
    booth: Booth, start: Callable[[], Process]
) -> None:
    for name in OTHERS:
        booth.finish(name)
    for _ in range(3):
        process = start()
        process.until(lambda: bool(psutil.Process(process.popen.pid).children()))  # noqa: B023 - now
        family = psutil.Process(process.popen.pid).children(recursive=True)
        process.popen.kill()
        process.popen.wait()
        for child in family:
            try:
                child.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(family, timeout=20)
    process = start()
    process.until(lambda: not booth.folders.all())
    for name in OTHERS:
        booth.check(name)
    assert booth.names() == set(OTHERS)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_leaves_no_process(
    booth: Booth, start: Callable[[], Process], number: int
) -> None:
    for name in OTHERS:
        booth.finish(name)
    process = start()
    process.until(lambda: bool(psutil.Process(process.popen.pid).children()))
    family = psutil.Process(process.popen.pid).children(recursive=True)
    assert process.stop(number) < 2
    assert not [child for child in family if child.is_running()]
    assert not [name for name in booth.names() if name.startswith(".incoming")]
    again = start()
    again.until(lambda: not booth.folders.all())
    for name in OTHERS:
        booth.check(name)


@pytest.mark.parametrize("module", ["kiosk.delivery", "kiosk.delivery.worker"])
def test_a_wrong_configuration_is_one_line_and_status_two(booth: Booth, module: str) -> None:
    text = (booth.config / "booth.toml").read_text()
    (booth.config / "booth.toml").write_text(text.replace("path =", "pahts ="))
    extra = ["--folder", ONE] if module.endswith("worker") else []
    child = subprocess.run(
        [sys.executable, "-m", module, "--config", str(booth.config), *extra],
        cwd="/",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert child.returncode == 2
    assert "did you mean 'path'" in child.stderr
    assert len(child.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", ["../../etc", "one", ""])
def test_a_worker_takes_only_a_uuid_as_a_folder(booth: Booth, name: str) -> None:
    child = subprocess.run(
        [
            *(sys.executable, "-m", "kiosk.delivery.worker"),
            *("--config", str(booth.config), "--folder", name),
        ],
        cwd="/",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert child.returncode == 2


def test_systemd_is_told_when_it_is_ready(booth: Booth, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(booth.config / "notify"))
        listener.settimeout(30)
        monkeypatch.setenv("NOTIFY_SOCKET", str(booth.config / "notify"))
        process = Process(booth)
        assert listener.recv(100) == b"READY=1"
        process.stop()
        process.errors.close()
