"""Where consultations are kept on the booth: `data/consultations/<uuid>/`, and who may take which.

- A folder being written is locked by its consultation process.
- `closed` in it (an empty file): its log is complete, delivery may take it.
- Neither: its process died; the next consultation process closes it as interrupted.
"""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from kiosk.record.log import FILE, RecordError, RecordLocked, holds_nothing, lock_folder

CLOSED = "closed"
HYGIENE = "hygiene-unconfirmed"
PROBE = "probe"


class Folders:
    """The consultations of one booth, under `data`."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._root = data / "consultations"

    def prepare(self) -> None:
        """Make the folders, and see that they can be written. Raises RecordError."""
        try:
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            # A read-only disk takes a mkdir of what is there without a word.
            probe = self._data / PROBE
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise RecordError(
                f"{self._data} cannot be written ({error.strerror}): check the disk"
            ) from error

    def of(self, consultation: str) -> Path:
        """The folder of a consultation."""
        return self._root / consultation

    def all(self) -> tuple[Path, ...]:
        """Every consultation's folder, oldest first. Raises OSError."""
        if not self._root.is_dir():
            return ()
        found = []
        for entry in self._root.iterdir():
            try:
                status = entry.stat()
            except FileNotFoundError:  # delivered and removed since it was listed
                continue
            if stat.S_ISDIR(status.st_mode):
                found.append((status.st_mtime_ns, entry.name, entry))
        return tuple(entry for *_, entry in sorted(found))

    def closed(self) -> tuple[Path, ...]:
        """Those delivery may take."""
        return tuple(folder for folder in self.all() if (folder / CLOSED).exists())

    def interrupted(self) -> tuple[Path, ...]:
        """Those whose process died: neither closed nor locked.

        A folder in which nothing was ever committed (a crash while it was made, or while it was
        removed) holds nothing of anyone: it is removed, not returned.
        """
        found = []
        for folder in self.all():
            if (folder / CLOSED).exists():
                continue
            try:
                lock = lock_folder(folder)
            except RecordLocked:
                continue
            except RecordError:
                if folder.exists():  # who takes it will meet the same error, and say it
                    found.append(folder)
                continue
            try:
                if (folder / CLOSED).exists():
                    continue
                if _holds_nothing(folder):
                    shutil.rmtree(folder, ignore_errors=True)  # empty: it may stay as well
                else:
                    found.append(folder)
            finally:
                os.close(lock)
        return tuple(found)

    def mark_closed(self, folder: Path) -> None:
        """Say, durably, that the log in `folder` is complete."""
        _touch(folder / CLOSED)

    def remove(self, folder: Path) -> None:
        """Unlink a delivered consultation. Raises OSError; what is left may be removed again.

        The log goes first and durably, so that what a crash leaves is either whole or without a
        log: never a log without its WAL, which would read as another consultation. The mark goes
        last: a folder whose log is gone but whose mark stands is one to remove, not to deliver.
        """
        (folder / FILE).unlink(missing_ok=True)
        _sync(folder)
        for entry in folder.iterdir():
            if entry.name != CLOSED:
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        _sync(folder)
        (folder / CLOSED).unlink(missing_ok=True)
        folder.rmdir()
        _sync(folder.parent)

    @property
    def hygiene_unconfirmed(self) -> bool:
        """Whether a patient was here since the last confirmed cleaning."""
        return (self._data / HYGIENE).exists()

    def need_hygiene(self) -> None:
        """Note, durably, that a patient is here."""
        _touch(self._data / HYGIENE)

    def confirm_hygiene(self) -> None:
        """Note, durably, that the booth was cleaned. Raises RecordError."""
        try:
            (self._data / HYGIENE).unlink(missing_ok=True)
            _sync(self._data)
        except OSError as error:
            raise RecordError(
                f"the cleaning cannot be noted ({error.strerror}): check the disk"
            ) from error


def _holds_nothing(folder: Path) -> bool:
    try:
        return holds_nothing(folder)
    except RecordError:
        return False  # who takes the folder will meet the same error, and say it


def _touch(path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        _sync(path.parent)
    except OSError as error:
        raise RecordError(f"a mark cannot be written ({error.strerror}): check the disk") from error


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
