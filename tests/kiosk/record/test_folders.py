"""Whose a folder is, and removing one while being killed."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.record.events import WentBack
from kiosk.record.folders import CLOSED, Folders
from kiosk.record.log import FILE, EventLog, New, RecordError, read
from tests.kiosk.record.test_log import CLOCK
from tests.mutation import red_under


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    made = Folders(tmp_path / "data")
    made.prepare()
    return made


def _finished(folders: Folders, name: str) -> Path:
    log = EventLog.create(folders.of(name))
    log.append(CLOCK, [New(WentBack(), raw=b"raw")])
    log.close()
    return log.folder


def test_a_folder_being_written_is_neither_interrupted_nor_closed(folders: Folders) -> None:
    log = EventLog.create(folders.of("one"))
    log.append(CLOCK, [New(WentBack())])
    assert folders.interrupted() == ()
    assert folders.closed() == ()
    folders.mark_closed(log.folder)
    assert folders.closed() == (log.folder,)
    assert folders.interrupted() == ()
    log.close()


def test_a_folder_whose_process_died_is_interrupted(folders: Folders) -> None:
    folder = _finished(folders, "one")
    assert folders.interrupted() == (folder,)
    # Asking gave nothing away: it can be taken.
    EventLog.open(folder).close()
    assert folders.closed() == ()


def test_nothing_there_is_nothing(tmp_path: Path) -> None:
    made = Folders(tmp_path / "none")
    assert made.all() == ()
    assert made.closed() == ()
    assert made.interrupted() == ()


def test_a_disk_that_refuses_is_a_record_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    made = Folders(tmp_path / "file")
    with pytest.raises(RecordError, match="disk"):
        made.prepare()
    with pytest.raises(RecordError, match="disk"):
        made.mark_closed(tmp_path / "file")


@pytest.mark.parametrize("left", ["folder", "file", "schema"])
def test_what_a_crash_leaves_of_making_a_folder_is_removed_not_delivered(
    folders: Folders, left: str
) -> None:
    folder = folders.of("one")
    if left == "schema":
        EventLog.create(folder).close()
    else:
        folder.mkdir()
    if left == "file":
        (folder / FILE).touch()
    assert folders.interrupted() == ()
    assert not folder.exists()


def test_an_unreadable_log_is_found_and_kept(folders: Folders) -> None:
    folder = folders.of("one")
    folder.mkdir()
    (folder / FILE).write_bytes(b"letter" * 999)
    assert folders.interrupted() == (folder,)
    assert (folder / FILE).exists()


def _killed_at(step: int, act: Callable[[], object]) -> bool:
    """Do `act` in a child that dies at its `step`th change to the disk; True when it did finish."""
    child = os.fork()
    if child == 0:
        seen = 0

        def watch(event: str, _: object) -> None:
            nonlocal seen
            if event in {"os.remove", "os.rmdir", "os.rename", "os.mkdir", "open"}:
                seen += 1
                if seen == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        try:
            sys.addaudithook(watch)
            act()
        except BaseException:  # noqa: BLE001 - the child must not come back into pytest
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return not os.WIFSIGNALED(status)


@red_under(
    "kiosk/record/folders.py",
    old="""        (folder / FILE).unlink(missing_ok=True)
        _sync(folder)
""",
    new="",
)
def test_a_removal_killed_anywhere_leaves_it_whole_or_to_be_removed(folders: Folders) -> None:
    for step in range(1, 60):
        folder = folders.of(f"one-{step}")
        child = os.fork()
        if child == 0:  # so that a WAL is left, as a kill leaves it
            log = EventLog.create(folder)
            log.append(CLOCK, [New(WentBack(), raw=b"raw")])
            folders.mark_closed(folder)
            os.kill(os.getpid(), signal.SIGKILL)
        os.waitpid(child, 0)
        (folder / "blobs").mkdir()
        (folder / "blobs" / "one").touch()
        finished = _killed_at(step, lambda folder=folder: folders.remove(folder))  # type: ignore[misc]  # bound now
        if folder.exists():
            names = {entry.name for entry in folder.iterdir()}
            if FILE in names:
                assert f"{FILE}-wal" in names
                assert len(read(folder)) == 1
                assert CLOSED in names
            elif CLOSED in names:
                assert folders.closed() == (folder,)
            else:
                assert names == set()
            # Whoever comes next finishes it.
            if CLOSED in names:
                folders.remove(folder)
            else:
                assert folders.interrupted() == ()
        assert not folder.exists()
        if finished:
            assert step > 6
            return
    pytest.fail("never finished")


def test_the_list_survives_folders_that_go_while_it_is_made(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = _finished(folders, "kept")
    gone = kept.parent / "gone"
    listing = Path.iterdir

    def with_a_ghost(self: Path) -> object:
        return iter([gone, *listing(self)])

    monkeypatch.setattr(Path, "iterdir", with_a_ghost)
    assert folders.all() == (kept,)


def test_hygiene_is_remembered_across_processes(folders: Folders, tmp_path: Path) -> None:
    assert not folders.hygiene_unconfirmed
    folders.need_hygiene()
    assert Folders(tmp_path / "data").hygiene_unconfirmed
    folders.confirm_hygiene()
    folders.confirm_hygiene()
    assert not folders.hygiene_unconfirmed


def test_folders_and_marks_are_for_their_owner_only(folders: Folders, tmp_path: Path) -> None:
    folder = _finished(folders, "one")
    folders.mark_closed(folder)
    for path in (tmp_path / "data" / "consultations", folder):
        assert path.stat().st_mode & 0o077 == 0
    assert (folder / CLOSED).stat().st_mode & 0o077 == 0


def test_a_cleaning_the_disk_refuses_is_a_record_error(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders.need_hygiene()

    def refuse(self: Path, *, missing_ok: bool = False) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(RecordError, match="cannot be noted"):
        folders.confirm_hygiene()
    assert folders.hygiene_unconfirmed


def test_a_disk_that_cannot_be_written_is_known_before_a_patient_starts(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folders are there from before: making them again would not have told."""

    def refuse(self: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    folders.prepare()
    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(RecordError, match="cannot be written"):
        folders.prepare()


def test_preparing_leaves_nothing_behind(folders: Folders, tmp_path: Path) -> None:
    folders.prepare()
    assert [entry.name for entry in (tmp_path / "data").iterdir()] == ["consultations"]


def test_a_folder_that_cannot_be_kept_is_a_record_error_and_is_let_go_of(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as refused:

        def refuse(descriptor: int) -> None:
            raise OSError(errno.EIO, "Input/output error")

        refused.setattr("kiosk.record.log.os.fsync", refuse)
        with pytest.raises(RecordError, match="cannot be kept"):
            EventLog.create(folders.of("one"))
    assert folders.interrupted() == ()  # not locked any more, and empty: removed
    assert not folders.of("one").exists()
