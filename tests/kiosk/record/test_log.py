"""The event log, by a stranger who kills, fills the disk, and writes nonsense into it."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts.consultation import Instrument
from contracts.measurement import Device
from kiosk.record import log as log_module
from kiosk.record.events import CurveRecorded, Incident, InformationRead, NamesGiven, WentBack
from kiosk.record.log import (
    FILE,
    AsyncLog,
    EventLog,
    New,
    RecordError,
    RecordLocked,
    holds_nothing,
    lock_folder,
    read,
)
from tests.mutation import red_under

ROOT = Path(__file__).resolve().parents[3]


class FixedClock:
    """A time that a test can tell again."""

    def utc(self) -> datetime:
        return datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)

    def monotonic_ns(self) -> int:
        return 42


CLOCK = FixedClock()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    made = EventLog.create(tmp_path / "consultation")
    yield made
    made.close()


# --- acknowledged is on disk -------------------------------------------------------------------


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from kiosk.record.events import Incident
from kiosk.record.log import EventLog, New

class Clock:
    def utc(self): return datetime.now(UTC)
    def monotonic_ns(self): return 0

log = EventLog.create(Path(sys.argv[1]))
number = 0
while True:
    number += 1
    batch = [New(Incident(f"i{number}-{part}")) for part in range(number % 3 + 1)]
    entries = log.append(Clock(), batch)
    sys.stdout.write("".join(f"{e.id} {e.event.code}\\n" for e in entries))
    sys.stdout.flush()
"""


@red_under(
    "kiosk/record/log.py",
    old="""        try:
            with Transaction(self._connection):
                self._connection.executemany("INSERT INTO events VALUES (?,?,?,?,?,?,?)", rows)
        except""",
    new="""        try:
            if not self._connection.in_transaction:
                self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT INTO events VALUES (?,?,?,?,?,?,?)", rows)
            if self._last % 7 == 6:
                self._connection.execute("COMMIT")
        except""",
)
@pytest.mark.parametrize("acknowledged", [1, 2, 5, 20, 61])
def test_what_was_acknowledged_survives_a_kill(tmp_path: Path, acknowledged: int) -> None:
    """The reader of the acknowledgements is another process: ours."""
    folder = tmp_path / "consultation"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    with writer.stdout:
        lines = [writer.stdout.readline() for _ in range(acknowledged)]
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        lines += writer.stdout.read().splitlines(keepends=True)
    told = [tuple(line.split()) for line in lines if line.endswith("\n")]
    assert len(told) >= acknowledged

    log = EventLog.open(folder)
    kept = [(entry.id, entry.event.code) for entry in log.entries()]  # type: ignore[union-attr]  # all are incidents
    log.close()
    assert kept[: len(told)] == told
    # Batches are all or none, the one in flight included.
    last = int(kept[-1][1].split("-")[0][1:])
    assert [code for _, code in kept if code.startswith(f"i{last}-")] == [
        f"i{last}-{part}" for part in range(last % 3 + 1)
    ]


@red_under("kiosk/record/log.py", old="PRAGMA synchronous=FULL", new="PRAGMA synchronous=NORMAL")
def test_every_append_reaches_the_disk_before_it_returns(tmp_path: Path) -> None:
    """strace sees one sync of the WAL between the write and the acknowledgement, each time."""
    script = textwrap.dedent(WRITER).replace("while True:", "while number < 5:")
    trace = tmp_path / "trace"
    subprocess.run(
        [
            *("strace", "-f", "-y", "-e", "trace=fdatasync,fsync,write,pwrite64", "-o", str(trace)),
            *(sys.executable, "-c", script, str(tmp_path / "consultation")),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=60,
    )
    dirty = False
    acknowledged = 0
    for line in trace.read_text().splitlines():
        if "pwrite64" in line and "sqlite-wal" in line:
            dirty = True
        elif "sync(" in line and "sqlite-wal" in line:
            dirty = False
        elif "write(1<" in line and "i" in line:
            acknowledged += 1
            assert not dirty, line
    assert acknowledged == 5


def test_a_batch_is_all_or_none(log: EventLog) -> None:
    (first,) = log.append(CLOCK, [New(InformationRead())])
    with pytest.raises(RecordError):
        log.append(CLOCK, [New(WentBack()), New(WentBack(), id=first.id), New(WentBack())])
    assert [entry.id for entry in log.entries()] == [first.id]
    entries = log.append(CLOCK, [New(WentBack()), New(WentBack())])
    assert [entry.seq for entry in entries] == [2, 3]
    assert list(log.entries()) == [first, *entries]


def test_an_empty_batch_is_nothing(log: EventLog) -> None:
    assert log.append(CLOCK, []) == ()
    assert list(log.entries()) == []


def test_an_entry_comes_back_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "odd ?#% name"
    log = EventLog.create(folder)
    written = log.append(
        CLOCK,
        [New(NamesGiven("D'Ormesson", "Zoé 𝄞"), raw=b"\x00\xff", id="an-id"), New(WentBack())],
    )
    assert read(folder) == written
    log.close()
    again = EventLog.open(folder)
    assert tuple(again.entries()) == written
    (third,) = again.append(CLOCK, [New(WentBack())])
    assert third.seq == 3
    again.close()
    assert read(folder) == (*written, third)
    assert written[0].raw == b"\x00\xff"
    assert written[1].raw is None


async def test_appends_from_the_loop_keep_their_order(tmp_path: Path) -> None:
    import asyncio

    log = AsyncLog(EventLog.create(tmp_path / "consultation"), CLOCK)
    tasks = [asyncio.create_task(log.append(New(Incident(str(n))))) for n in range(50)]
    entries = [entry for task in tasks for entry in await task]
    assert [entry.event.code for entry in entries] == [str(n) for n in range(50)]  # type: ignore[union-attr]  # all are incidents
    await log.close()
    assert read(log.folder) == tuple(entries)


# --- one writer --------------------------------------------------------------------------------

SECOND = """
import sys
from pathlib import Path
from kiosk.record.log import EventLog

EventLog.open(Path(sys.argv[1]))
"""


@red_under(
    "kiosk/record/log.py",
    old="fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)",
    new="fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)",
)
def test_a_second_writer_is_refused(log: EventLog) -> None:
    with pytest.raises(RecordLocked):
        EventLog.open(log.folder)
    with pytest.raises(RecordLocked):
        lock_folder(log.folder)
    child = subprocess.run(
        [
            sys.executable,
            "-c",
            SECOND,
            str(log.folder),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "RecordLocked" in child.stderr
    log.append(CLOCK, [New(WentBack())])
    assert len(read(log.folder)) == 1


def test_the_right_to_write_comes_back_when_a_writer_closes(log: EventLog) -> None:
    log.close()
    EventLog.open(log.folder).close()
    descriptor = lock_folder(log.folder)
    log.close()  # again: must not close what has the same number now
    with pytest.raises(RecordLocked):
        EventLog.open(log.folder)
    os.close(descriptor)


def test_a_refused_or_failed_opening_keeps_no_lock(tmp_path: Path) -> None:
    folder = tmp_path / "consultation"
    folder.mkdir()
    (folder / FILE).write_bytes(b"this is not a database, it is a letter" * 100)
    for _ in range(2):
        with pytest.raises(RecordError) as caught:
            EventLog.open(folder)
        assert not isinstance(caught.value, RecordLocked)
    os.close(lock_folder(folder))


# --- a disk that refuses -----------------------------------------------------------------------


def test_a_full_disk_acknowledges_nothing_and_the_log_goes_on_afterwards(log: EventLog) -> None:
    (kept,) = log.append(CLOCK, [New(Incident("before"))])
    connection = log._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count={pages}")
    for _ in range(3):
        with pytest.raises(RecordError, match="disk"):
            log.append(CLOCK, [New(Incident("x"), raw=b"r" * 100_000) for _ in range(3)])
        assert list(log.entries()) == [kept]
    connection.execute("PRAGMA max_page_count=1000000")
    (after,) = log.append(CLOCK, [New(Incident("after"))])
    assert after.seq == 2
    assert list(log.entries()) == [kept, after]


FILLER = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from kiosk.record.events import Incident
from kiosk.record.log import EventLog, New, RecordError

class Clock:
    def utc(self): return datetime.now(UTC)
    def monotonic_ns(self): return 0

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
log = EventLog.create(Path(sys.argv[1]))
told, refused = [], 0
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
for number in range(60):
    try:
        told += [e.id for e in log.append(Clock(), [New(Incident(str(number)), raw=b"r" * 9000)])]
    except RecordError:
        refused += 1
assert refused, "the limit was never met"
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
told += [e.id for e in log.append(Clock(), [New(Incident("after"))])]
assert [e.id for e in log.entries()] == told
log.close()
sys.stdout.write("\\n".join(told))
"""


def test_a_file_that_can_grow_no_more_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """The kernel refuses the write itself (EFBIG, as ENOSPC does), within a transaction."""
    folder = tmp_path / "consultation"
    child = subprocess.run(
        [sys.executable, "-c", FILLER, str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert child.returncode == 0, child.stderr
    assert [entry.id for entry in read(folder)] == child.stdout.split()


@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_a_disk_that_fails_at_the_sync_acknowledges_nothing(tmp_path: Path, error: str) -> None:
    script = textwrap.dedent(WRITER).replace("while True:", "while number < 30:")
    folder = tmp_path / "consultation"
    child = subprocess.run(
        [
            *("strace", "-f", "-qq", "-o", "/dev/null"),
            *("-e", f"inject=fdatasync,fsync:error={error}:when=12+"),
            *(sys.executable, "-c", script, str(folder)),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "RecordError" in child.stderr
    told = [line.split()[0] for line in child.stdout.splitlines()]
    assert told
    assert [entry.id for entry in read(folder)][: len(told)] == told


# --- nonsense ----------------------------------------------------------------------------------


def _insert(folder: Path, payload: bytes, utc: str = "2026-03-02T09:00:00+00:00") -> None:
    connection = sqlite3.connect(folder / FILE)
    with connection:
        connection.execute(
            "INSERT INTO events VALUES (2, 'two', 'x', ?, 0, ?, NULL)", (utc, payload)
        )
    connection.close()


@pytest.mark.parametrize(
    ("payload", "utc"),
    [
        (b'{"type":"future_kind","name":"Durand"}', "2026-03-02T09:00:00+00:00"),
        (b'{"type":"sex_given","sex":"Durand"}', "2026-03-02T09:00:00+00:00"),
        (b'{"type":"names_given","birth_name":"Durand"}', "2026-03-02T09:00:00+00:00"),
        (b'{"type":"Durand', "2026-03-02T09:00:00+00:00"),
        (b'{"type":"went_back"}', "Durand"),
        (b"\xff\xfeDurand", "2026-03-02T09:00:00+00:00"),
    ],
)
def test_an_entry_that_cannot_be_understood_is_named_and_not_quoted(
    log: EventLog, payload: bytes, utc: str
) -> None:
    import traceback

    log.append(CLOCK, [New(WentBack())])
    log.close()
    _insert(log.folder, payload, utc)
    with pytest.raises(RecordError, match="entry 2 ") as caught:
        read(log.folder)
    assert "Durand" not in "".join(traceback.format_exception(caught.value))


@red_under(
    "kiosk/record/log.py",
    old="        msgspec.json.decode(payload, type=LogEvent)\n    except",
    new="        pass\n    except",
)
@pytest.mark.parametrize("sample", [float("nan"), float("inf"), float("-inf")])
def test_what_could_not_be_read_again_is_not_written(log: EventLog, sample: float) -> None:
    device = Device("a", "b", simulated=False)
    event = CurveRecorded(Instrument.OXIMETER, 1, device, 75, 0, (0.5, sample), 0)
    with pytest.raises(RecordError):
        log.append(CLOCK, [New(WentBack()), New(event)])
    assert list(log.entries()) == []
    log.append(CLOCK, [New(WentBack())])
    assert len(read(log.folder)) == 1


@pytest.mark.parametrize("content", [b"", b"letter" * 999, b"SQLite format 3\x00"])
def test_a_log_that_is_none_is_an_error_and_not_a_crash(tmp_path: Path, content: bytes) -> None:
    folder = tmp_path / "consultation"
    folder.mkdir()
    (folder / FILE).write_bytes(content)
    for attempt in (read, EventLog.open):
        with pytest.raises(RecordError):
            attempt(folder)
    assert (folder / FILE).read_bytes() == content


def test_a_log_of_another_version_is_left_alone(log: EventLog) -> None:
    log.append(CLOCK, [New(WentBack())])
    log.close()
    connection = sqlite3.connect(log.folder / FILE)
    connection.execute("PRAGMA user_version=2")
    connection.close()
    with pytest.raises(RecordError, match="version 2"):
        EventLog.open(log.folder)


def test_opening_a_log_never_makes_one(tmp_path: Path) -> None:
    folder = tmp_path / "consultation"
    folder.mkdir()
    for attempt in (read, EventLog.open):
        with pytest.raises(RecordError):
            attempt(folder)
    assert list(folder.iterdir()) == []
    with pytest.raises(RecordError):
        EventLog.open(tmp_path / "nowhere")
    with pytest.raises(RecordError):
        EventLog.create(folder)


def test_a_bit_flipped_in_a_page_is_seen_or_harmless(tmp_path: Path) -> None:
    """Main pages have no checksum: what is read is what was written, or an error, or other text.

    What must never happen is another exception than RecordError.
    """
    folder = tmp_path / "consultation"
    log = EventLog.create(folder)
    log.append(CLOCK, [New(Incident("a" * 50)) for _ in range(40)])
    log.close()
    good = (folder / FILE).read_bytes()
    for at in range(0, len(good), 97):
        (folder / FILE).write_bytes(good[:at] + bytes([good[at] ^ 0x41]) + good[at + 1 :])
        try:
            read(folder)
        except RecordError:
            continue


def test_whether_a_folder_holds_anything(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert holds_nothing(empty)
    (empty / FILE).touch()
    assert holds_nothing(empty)
    log = EventLog.create(tmp_path / "made")
    log.close()
    assert holds_nothing(log.folder)
    log = EventLog.open(log.folder)
    log.append(CLOCK, [New(WentBack())])
    log.close()
    assert not holds_nothing(log.folder)
    (log.folder / FILE).write_bytes(b"letter" * 999)
    with pytest.raises(RecordError):
        holds_nothing(log.folder)


def test_a_log_left_by_a_kill_is_read_without_the_right_to_write(tmp_path: Path) -> None:
    """Its WAL is still there: a reader must see what is only in the WAL."""
    folder = tmp_path / "consultation"
    child = os.fork()
    if child == 0:
        try:
            log = EventLog.create(folder)
            log.append(CLOCK, [New(Incident("in the wal"))])
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert (folder / f"{FILE}-wal").stat().st_size > 0
    assert len(read(folder)) == 1
    (folder / f"{FILE}-shm").unlink()
    assert len(read(folder)) == 1


def test_the_payload_stands_in_the_log_as_json(log: EventLog) -> None:
    log.append(CLOCK, [New(Incident("call_lost"))])
    row = log._connection.execute("SELECT kind, payload, utc FROM events").fetchone()
    assert row[0] == "incident"
    assert json.loads(row[1]) == {"type": "incident", "code": "call_lost"}
    assert row[2] == "2026-03-02T09:00:00.123456+00:00"
    assert log_module.SCHEMA == 1
