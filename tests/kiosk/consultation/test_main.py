"""The consultation process from outside: its ends, its disk, its predecessor."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from contracts import screen
from contracts.consultation import Giver, Outcome
from drivers.devices import oximetry
from drivers.devices.oximeter import Heard
from kiosk.consultation.__main__ import MOST_WAITING, keep_measuring, listen
from kiosk.consultation.conductor import Inbox
from kiosk.consultation.journey import happenings
from kiosk.record import events as log
from kiosk.record.folders import Folders
from kiosk.record.log import read
from tests.kiosk.consultation.process import DEADLINE, Process, configure, front_end
from tests.mutation import red_under

STOPS_WITHIN = 2.0
NOBODY = 65534
# For files it is another user, once its code is read (ours may be in a folder closed to others);
# at the socket it is still us.
FILES_AS_NOBODY = (
    f"import ctypes, kiosk.consultation.__main__\nctypes.CDLL(None).setfsuid({NOBODY})\n"
)
QUICK = "import kiosk.consultation.conductor as c; c.UNAVAILABLE_SECONDS = 1.0\n"


@pytest.fixture
def folder() -> Iterator[Path]:
    # Short, for socket paths; open to another user, for a disk that refuses root's tests.
    made = Path(tempfile.mkdtemp(prefix="tc-"))
    made.chmod(0o755)
    configure(made)
    yield made
    shutil.rmtree(made)


async def stopped(process: Process, number: int = signal.SIGTERM) -> int:
    """Send the signal; return the exit status, having checked the time it took."""
    began = time.monotonic()
    process.signal(number)
    status = await process.ended()
    assert time.monotonic() - began < STOPS_WITHIN
    return status


# --- how it ends -----------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_stops_when_told_to_and_leaves_no_socket(folder: Path, number: int) -> None:
    process = Process(folder)
    try:
        async with front_end(folder) as patient:
            await patient.page(screen.Welcome)
            assert await stopped(process, number) == 0
    finally:
        process.kill()
    assert list((folder / "run").iterdir()) == []
    assert b"Traceback" not in process.stderr


# Each holds up something that asyncio waits for before a program may end.
HELD_UP = {
    "disk": "os.fsync = lambda fd: (open({fifo!r}, 'w').close(), time.sleep(600))\n",
    "log": "import kiosk.record.log as l\n"
    "l.EventLog.append = lambda *a: (open({fifo!r}, 'w').close(), time.sleep(600))\n",
    "name server": "socket.getaddrinfo = lambda *a, **k: time.sleep(600)\n",
}


@red_under(
    "kiosk/consultation/__main__.py",
    old="        exit_within(EXIT_SECONDS, 0)\n",
    new="        pass\n",
)
@pytest.mark.parametrize("what", HELD_UP)
async def test_it_stops_though_something_hangs(folder: Path, what: str) -> None:
    configure(folder, clinic="https://clinic.invalid")
    os.mkfifo(folder / "reached")
    process = Process(folder, change=HELD_UP[what].format(fifo=str(folder / "reached")))
    try:
        async with front_end(folder) as patient:
            await patient.page(screen.Welcome)
            patient.write(b'{"revision":1,"intent":{"type":"start"}}\n')
            if what == "name server":
                await patient.page(screen.Information)
            else:
                await asyncio.to_thread((folder / "reached").read_bytes)  # it hangs
            assert await stopped(process) == 0
    finally:
        process.kill()


async def test_it_stops_though_the_clinic_no_longer_answers(folder: Path) -> None:
    connected = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await reader.read(-1)
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    configure(folder, clinic=f"http://127.0.0.1:{port}")
    process = Process(folder)
    try:
        async with asyncio.timeout(DEADLINE):
            await connected.wait()
        assert await stopped(process) == 0
    finally:
        process.kill()
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("site =", "sight ="), "booth.sight"),
        (("[screen]", "[screen]\nwidth = 3"), "width_px"),
        (("http://127.0.0.1:1", "http://clinic.example"), "https"),
        (("device.pem", "none.pem"), "device key cannot be read"),
    ],
)
async def test_a_wrong_configuration_is_one_clear_line_and_status_2(
    folder: Path, change: tuple[str, str], said: str
) -> None:
    file = folder / "booth.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    process = Process(folder)
    assert await process.ended() == 2
    assert said in process.stderr.decode()
    assert len(process.stderr.splitlines()) == 1


# --- its disk --------------------------------------------------------------------------------


@pytest.mark.skipif(os.getuid() != 0, reason="gives up root's right to write anywhere")
@pytest.mark.parametrize("there", [False, True], ids=["no folder", "folder of before"])
async def test_a_disk_that_cannot_be_written_is_said_and_then_found_again(
    folder: Path, there: bool
) -> None:
    data = folder / "data"
    (data / "consultations").mkdir(parents=True)
    (folder / "run").mkdir()
    for entry in (folder / "device.pem", folder / "run", data, data / "consultations"):
        os.chown(entry, NOBODY, NOBODY)
    if not there:
        (data / "consultations").rmdir()
    data.chmod(0o500)
    process = Process(folder, change=FILES_AS_NOBODY + QUICK)
    try:
        async with front_end(folder) as patient:
            view = await patient.page(screen.Unavailable)
        assert view.page == screen.Unavailable("storage")
        assert await process.ended() == 0  # and is started again
    finally:
        process.kill()
    data.chmod(0o700)
    process = Process(folder, change=FILES_AS_NOBODY)
    try:
        async with front_end(folder) as patient:
            await patient.page(screen.Welcome)
            await patient.touch(screen.Start(), screen.Information)
    finally:
        process.kill()


# --- its predecessor -------------------------------------------------------------------------


@red_under(
    "kiosk/consultation/__main__.py",
    old="                folders.mark_closed(folder)\n",
    new="                pass\n",
)
async def test_what_a_killed_process_left_is_closed_as_interrupted_and_delivered(
    folder: Path,
) -> None:
    process = Process(folder)
    try:
        async with front_end(folder) as patient:
            await patient.page(screen.Welcome)
            await patient.touch(screen.Start(), screen.Information)
            await patient.touch(screen.Continue(), screen.Consent)
            consent = screen.GiveConsent(Giver.PATIENT, act=True, assistant=False)
            await patient.touch(consent, screen.Names)
            process.signal(signal.SIGKILL)
            await process.ended()
    finally:
        process.kill()
    folders = Folders(folder / "data")
    assert folders.closed() == ()
    process = Process(folder)
    try:
        async with front_end(folder) as patient:
            # Nothing of the one before; and what they touched is to be cleaned.
            await patient.page(screen.Hygiene)
            await patient.touch(screen.ConfirmHygiene(), screen.Welcome)
        assert await stopped(process) == 0
    finally:
        process.kill()
    (left,) = folders.closed()
    events = [entry.event for entry in read(left)]
    assert isinstance(events[2], log.ConsentGiven)
    assert events[-2:] == [
        log.Incident("interrupted"),
        log.Closed("interrupted", Outcome.TECHNICAL_FAILURE),
    ]
    assert not folders.hygiene_unconfirmed


# --- its driver ------------------------------------------------------------------------------


class Dying:
    """A driver with a defect."""

    def __init__(self) -> None:
        self.runs = 0

    async def run(self) -> None:
        self.runs += 1
        raise KeyError("a defect")


async def test_a_driver_that_dies_is_a_failed_measurement_and_runs_again() -> None:
    inbox: Inbox = asyncio.Queue()
    driver = Dying()
    task = asyncio.create_task(keep_measuring(driver, inbox, again=0.0))
    async with asyncio.timeout(DEADLINE):
        heard = [await inbox.get() for _ in range(4)]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    failed = happenings.InstrumentFailed(screen.Failure.UNPLUGGED)
    fault = happenings.ReadinessChanged(screen.Part.OXIMETER, screen.ReadyState.FAULT)
    assert heard == [fault, failed, fault, failed]
    assert driver.runs >= 2


async def test_while_the_disk_holds_all_up_only_what_must_not_be_lost_piles_up() -> None:
    live = Heard(1, oximetry.LiveBatch(0, 75, (0.5,), None, None))
    kept = Heard(1, oximetry.FingerIn())

    async def told() -> AsyncIterator[Heard]:
        for number in range(10 * MOST_WAITING):
            yield kept if number % 100 == 99 else live

    inbox: Inbox = asyncio.Queue()
    await listen(told(), inbox)
    waiting = [inbox.get_nowait() for _ in range(inbox.qsize())]
    assert waiting.count(live) <= MOST_WAITING
    assert waiting.count(kept) == MOST_WAITING // 10
