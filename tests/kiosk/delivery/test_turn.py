"""One consultation's turn: whole, once, and safe to die in."""

from __future__ import annotations

import errno
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from contracts.measurement import Present, Quantity
from kiosk.delivery import sinks, worker
from kiosk.delivery.parcel import pack
from kiosk.delivery.sinks import FolderSink
from kiosk.delivery.turn import REFUSED, Ended, Result, take
from kiosk.record.events import Closed
from kiosk.record.folders import CLOSED
from kiosk.record.log import FILE, EventLog, RecordError, read
from tests.kiosk.delivery.booth import Booth
from tests.kiosk.documents import samples
from tests.mutation import red_under

ONE = samples.CONSULTATION


@pytest.fixture
def booth(tmp_path: Path) -> Booth:
    return Booth(tmp_path)


def turn(booth: Booth, consultation: str = ONE) -> Ended:
    return take(booth.folders, consultation, [FolderSink(booth.sink)])


def test_a_turn_delivers_all_and_leaves_nothing_on_the_booth(booth: Booth) -> None:
    booth.finish()
    assert turn(booth) == Ended(Result.DELIVERED)
    booth.check()
    assert booth.names() == {ONE}
    assert turn(booth) == Ended(Result.DELIVERED)


def test_a_log_whose_process_was_killed_is_delivered_from_its_wal(booth: Booth) -> None:
    folder = booth.finish(killed=True)
    assert (folder / f"{FILE}-wal").exists()
    assert turn(booth).result is Result.DELIVERED
    booth.check()


def test_the_sink_is_closed_to_others(booth: Booth) -> None:
    booth.finish()
    turn(booth)
    for path in (booth.sink, *booth.sink.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path


def test_delivered_twice_is_once(booth: Booth) -> None:
    booth.finish()
    turn(booth)
    before = {p: p.stat().st_mtime_ns for p in booth.sink.rglob("*")}
    booth.finish()
    assert turn(booth).result is Result.DELIVERED
    assert {p: p.stat().st_mtime_ns for p in booth.sink.rglob("*")} == before
    booth.check()


@pytest.mark.parametrize(
    "change",
    [
        lambda target: (target / "bundle.json").write_bytes(b"{}"),
        lambda target: (target / "raw" / f"{samples.ident(13)}.bin").write_bytes(b"x"),
        lambda target: (target / "manifest.json").unlink(),
        lambda target: (target / "another").touch(),
        lambda target: (target / "raw" / "another.bin").touch(),
    ],
)
@red_under(
    "kiosk/delivery/sinks.py",
    old='        elif held != dict(parcel.files):\n            raise Refused("content_differs")\n',
    new="",
)
def test_another_content_under_the_same_id_goes_to_a_person(
    booth: Booth, change: Callable[[Path], object]
) -> None:
    booth.finish()
    turn(booth)
    change(booth.sink / ONE)
    held = {p: p.read_bytes() for p in booth.sink.rglob("*") if p.is_file()}
    folder = booth.finish()
    assert turn(booth) == Ended(Result.REFUSED, "content_differs")
    assert json.loads((folder / REFUSED).read_text()) == {"code": "content_differs"}
    assert {p: p.read_bytes() for p in booth.sink.rglob("*") if p.is_file()} == held
    assert len(read(folder)) == len(booth.said[ONE])


@red_under(
    "kiosk/delivery/sinks.py",
    old="""            if held != dict(parcel.files):
                raise Refused("written_wrong")
""",
    new="",
)
def test_what_the_sink_wrote_wrong_is_not_taken_for_delivered(
    booth: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = sinks._write_file

    def lying(path: Path, content: bytes) -> None:
        write(path, content.replace(b"97.0", b"79.0") if path.name == "bundle.json" else content)

    monkeypatch.setattr(sinks, "_write_file", lying)
    folder = booth.finish()
    assert turn(booth) == Ended(Result.REFUSED, "written_wrong")
    assert (folder / FILE).exists()


# --- dying -------------------------------------------------------------------------------------


CHANGES = frozenset({"os.remove", "os.rmdir", "os.rename", "os.mkdir", "open"})


def _die_at(step: int, act: Callable[[], object]) -> bool:
    """Run `act` in a child killed at the `step`th thing it does to a disk; True: it got through.

    The things: what CPython audits (open, mkdir, rename, remove, rmdir), and write, fsync and
    SQLite's own, before and after each.
    """
    child = os.fork()
    if child == 0:
        seen = 0

        def count() -> None:
            nonlocal seen
            seen += 1
            if seen == step:
                os.kill(os.getpid(), signal.SIGKILL)

        def around(call: Callable[..., object]) -> Callable[..., object]:
            def wrapped(*arguments: object, **options: object) -> object:
                count()
                result = call(*arguments, **options)
                count()
                return result

            return wrapped

        status = 1
        try:
            sys.addaudithook(lambda event, _: count() if event in CHANGES else None)
            for name in ("write", "fsync", "unlink", "rmdir", "rename", "mkdir"):
                setattr(os, name, around(getattr(os, name)))
            act()
            status = 0
        finally:
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    if os.WIFSIGNALED(ended):
        assert os.WTERMSIG(ended) == signal.SIGKILL
        return False
    assert os.WEXITSTATUS(ended) == 0
    return True


@red_under(
    "kiosk/delivery/sinks.py",
    old='temporary = self._root / f".incoming-{parcel.consultation}"',
    new="temporary = target",
)
@red_under(
    "kiosk/delivery/turn.py",
    old="        if (folder / FILE).exists():\n",
    new="        if (folder / FILE).exists() and not sinks[0]._root.exists():\n",
)
def test_killed_anywhere_it_is_delivered_once_and_nothing_is_lost(tmp_path: Path) -> None:
    for step in range(1, 400):
        (tmp_path / str(step)).mkdir()
        booth = Booth(tmp_path / str(step))
        booth.finish(killed=True)
        finished = _die_at(step, lambda booth=booth: turn(booth))  # type: ignore[misc]  # bound now
        visible = booth.names() - {f".incoming-{ONE}"}
        if visible:
            # Seen at all means whole.
            parcel = pack(ONE, booth.said[ONE])
            for name, content in parcel.files.items():
                assert (booth.sink / ONE / name).read_bytes() == content, (step, name)
        else:
            assert len(read(booth.folders.of(ONE))) == len(booth.said[ONE]), step
        if booth.folders.closed():
            assert turn(booth).result is Result.DELIVERED, step
        elif booth.folders.all():
            assert booth.folders.interrupted() == ()
        booth.check()
        assert booth.names() == {ONE}
        if finished:
            assert step > 40
            return
    pytest.fail("never finished")


def test_killed_twice_in_a_row_anywhere(tmp_path: Path) -> None:
    """The second death is among the leftovers of the first."""
    for first, second in ((10, 5), (20, 15), (30, 3), (45, 12), (50, 60), (60, 2), (70, 1)):
        (tmp_path / f"{first}-{second}").mkdir()
        booth = Booth(tmp_path / f"{first}-{second}")
        booth.finish(killed=True)
        for step in (first, second):
            _die_at(step, lambda booth=booth: turn(booth))  # type: ignore[misc]  # bound now
        if booth.folders.closed():
            assert turn(booth).result is Result.DELIVERED
        booth.folders.interrupted()
        booth.check()
        assert booth.names() == {ONE}


@pytest.mark.parametrize("held_at", [1, 2, 5])
@red_under(
    "kiosk/delivery/sinks.py",
    old="        except BaseException:\n            shutil.rmtree",
    new="        except OSError:\n            shutil.rmtree",
)
def test_told_to_stop_it_leaves_nothing_half_written_in_the_sink(
    booth: Booth, monkeypatch: pytest.MonkeyPatch, held_at: int
) -> None:
    """SIGTERM while the worker waits for the disk, at its `held_at`th sync."""
    booth.finish()
    here, there = os.pipe()
    never, _held = os.pipe()
    child = os.fork()
    if child == 0:
        sync, calls = os.fsync, 0

        def hold(descriptor: int) -> None:
            nonlocal calls
            calls += 1
            if calls == held_at:
                os.write(there, b"x")
                os.read(never, 1)
            sync(descriptor)

        status = 1
        try:
            monkeypatch.setattr(os, "fsync", hold)
            status = worker.main(["--config", str(booth.config), "--folder", ONE])
        except SystemExit as stopped:
            status = int(stopped.code or 0)
        finally:
            os._exit(status)
    assert os.read(here, 1) == b"x"
    assert booth.names() == {f".incoming-{ONE}"}
    os.kill(child, signal.SIGTERM)
    _, ended = os.waitpid(child, 0)
    for descriptor in (here, there, never, _held):
        os.close(descriptor)
    assert os.WEXITSTATUS(ended) == Result.BUSY
    assert booth.names() == set()
    assert turn(booth).result is Result.DELIVERED
    booth.check()


# --- what refuses ------------------------------------------------------------------------------


def _failing(name: str, error: int, monkeypatch: pytest.MonkeyPatch, *, from_call: int = 1) -> None:
    real = getattr(os, name)
    calls = 0

    def refuse(*arguments: object, **options: object) -> object:
        nonlocal calls
        calls += 1
        if calls >= from_call:
            raise OSError(error, os.strerror(error))
        return real(*arguments, **options)

    monkeypatch.setattr(os, name, refuse)


@pytest.mark.parametrize(
    ("name", "from_call"), [("write", 1), ("write", 2), ("fsync", 1), ("fsync", 3)]
)
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT])
def test_a_sink_that_refuses_loses_nothing(
    booth: Booth, monkeypatch: pytest.MonkeyPatch, name: str, from_call: int, error: int
) -> None:
    folder = booth.finish()
    with monkeypatch.context() as broken:
        _failing(name, error, broken, from_call=from_call)
        assert turn(booth) == Ended(Result.UNAVAILABLE, errno.errorcode[error])
    assert booth.names() == set()
    assert len(read(folder)) == len(booth.said[ONE])
    assert not (folder / REFUSED).exists()
    assert turn(booth).result is Result.DELIVERED
    booth.check()


def test_a_sink_that_is_no_folder_is_waited_for(booth: Booth) -> None:
    booth.finish()
    booth.sink.write_text("a file where the mount should be")
    assert turn(booth) == Ended(Result.UNAVAILABLE, "EEXIST")
    booth.sink.unlink()
    assert turn(booth).result is Result.DELIVERED
    booth.check()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB; needs the right to mount."""
    point = tmp_path / "small"
    point.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(point)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("no right to mount here; the refusals above are injected instead")
    yield point
    subprocess.run(["umount", str(point)], check=True)


def test_a_really_full_disk(booth: Booth, small_disk: Path) -> None:
    big = samples.log(
        (
            samples.opened(),
            (samples.curve(0, (0.5,)), os.urandom(40_000)),
            (samples.curve(1, (0.5,)), os.urandom(40_000)),
            Closed("patient_left", None),
        )
    )
    booth.finish(entries=big)
    booth.sink = small_disk / "sink"
    assert turn(booth) == Ended(Result.UNAVAILABLE, "ENOSPC")
    assert booth.names() == set()
    subprocess.run(["mount", "-o", "remount,size=1m", str(small_disk)], check=True)
    assert turn(booth).result is Result.DELIVERED
    booth.check()


def test_a_consultation_in_other_hands_is_left_alone(booth: Booth) -> None:
    folder = booth.finish()
    log = EventLog.open(folder)
    assert turn(booth) == Ended(Result.BUSY)
    log.close()
    assert booth.names() == set()


@pytest.mark.parametrize("damage", ["letter", "kind", "page", "table", "version"])
def test_a_log_that_cannot_be_read_is_kept_for_a_person(booth: Booth, damage: str) -> None:
    folder = booth.finish()
    path = folder / FILE
    if damage == "letter":
        path.write_bytes(b"letter" * 999)
    elif damage == "page":
        content = bytearray(path.read_bytes())
        content[4096:8192] = b"\xaa" * 4096
        path.write_bytes(content)
    else:
        connection = sqlite3.connect(path)
        with connection:
            connection.execute(
                {
                    "kind": 'UPDATE events SET payload = \'{"type":"future"}\' WHERE seq = 5',
                    "table": "DROP TABLE events",
                    "version": "PRAGMA user_version = 9",
                }[damage]
                .replace("'{", "CAST('{")
                .replace("}'", "}' AS BLOB)")
            )
        connection.close()
    before = path.read_bytes()
    assert turn(booth) == Ended(Result.REFUSED, "log_unreadable")
    assert json.loads((folder / REFUSED).read_text()) == {"code": "log_unreadable"}
    assert path.read_bytes() == before
    assert (folder / CLOSED).exists()
    assert booth.names() == set()


@pytest.mark.parametrize(
    ("code", "ended"),
    [
        (sqlite3.SQLITE_FULL, Ended(Result.UNAVAILABLE, "X")),
        (sqlite3.SQLITE_BUSY, Ended(Result.UNAVAILABLE, "X")),
        (sqlite3.SQLITE_CANTOPEN, Ended(Result.UNAVAILABLE, "X")),
        (sqlite3.SQLITE_IOERR_WRITE, Ended(Result.UNAVAILABLE, "X")),
        (sqlite3.SQLITE_IOERR_READ, Ended(Result.REFUSED, "log_unreadable")),
        (sqlite3.SQLITE_CORRUPT, Ended(Result.REFUSED, "log_unreadable")),
        (sqlite3.SQLITE_NOTADB, Ended(Result.REFUSED, "log_unreadable")),
    ],
)
def test_a_booth_disk_that_is_full_is_for_later_and_a_damaged_one_for_a_person(
    booth: Booth, monkeypatch: pytest.MonkeyPatch, code: int, ended: Ended
) -> None:
    folder = booth.finish()

    def refuse(_: Path) -> EventLog:
        cause = sqlite3.OperationalError("words")
        cause.sqlite_errorcode, cause.sqlite_errorname = code, "X"
        raise RecordError("the event log cannot be opened") from cause

    with monkeypatch.context() as broken:
        broken.setattr(EventLog, "open", refuse)
        assert turn(booth) == ended
    assert (folder / REFUSED).exists() == (ended.result is Result.REFUSED)
    assert turn(booth).result is Result.DELIVERED
    booth.check()


@pytest.mark.parametrize(
    "entries",
    [
        samples.full()[:-1],
        samples.log(
            (
                samples.opened(),
                samples.measured(Present(Decimal(97), "/min"), quantity=Quantity.SPO2),
                Closed("patient_left", None),
            )
        ),
        (),
    ],
)
def test_a_log_that_makes_no_document_is_kept_for_a_person(
    booth: Booth, entries: tuple[object, ...]
) -> None:
    folder = booth.finish(entries=entries)  # type: ignore[arg-type]  # entries, or none at all
    assert turn(booth) == Ended(Result.REFUSED, "document_impossible")
    assert (folder / FILE).exists()


def test_when_even_the_mark_cannot_be_written_nothing_is_lost(
    booth: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = booth.finish(entries=samples.full()[:-1])
    with monkeypatch.context() as broken:
        _failing("write", errno.ENOSPC, broken)
        assert turn(booth).result is Result.REFUSED
    assert (folder / FILE).exists()


def test_after_a_person_repaired_it_the_mark_goes_with_the_folder(booth: Booth) -> None:
    folder = booth.finish()
    (folder / REFUSED).write_text("{}")
    assert turn(booth).result is Result.DELIVERED
    assert not folder.exists()
    booth.check()


def test_a_folder_under_another_consultations_name_is_refused(booth: Booth) -> None:
    other = "9b2e5d0a-3a6e-4f5b-8f58-f5d6e2f6a001"
    booth.finish().rename(booth.folders.of(other))
    assert turn(booth, other) == Ended(Result.REFUSED, "document_impossible")
    assert booth.names() == set()
