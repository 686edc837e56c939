"""Sinks: where a finished record goes. Each takes a parcel whole, once, however often asked."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Protocol

from kiosk.delivery.errors import Refused, SinkUnavailable
from kiosk.delivery.parcel import Parcel


class Sink(Protocol):
    """An addressee."""

    def deliver(self, parcel: Parcel) -> None:
        """Return once the addressee durably holds exactly this parcel, read back and compared.

        Delivered before: the same content is done, another is Refused. Raises SinkUnavailable
        when it can't be now.
        """


class FolderSink:
    """A folder a consultation under `root`. Nothing appears under its own name before it is whole.

    One at a time for one consultation: the caller holds the consultation's lock.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def deliver(self, parcel: Parcel) -> None:
        """As Sink.deliver."""
        try:
            self._deliver(parcel)
        except OSError as error:
            code = errno.errorcode.get(error.errno or 0, "EIO")
            raise SinkUnavailable(
                code, f"{self._root} refuses ({error.strerror}); check its space, rights and mount"
            ) from error

    def _deliver(self, parcel: Parcel) -> None:
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = self._root / parcel.consultation
        held = _read(target)
        if held is None:
            self._write(parcel, target)
            held = _read(target)
            if held != dict(parcel.files):
                raise Refused("written_wrong")
        elif held != dict(parcel.files):
            raise Refused("content_differs")
        # Again even when it stood there: the one who renamed it may have died before this.
        _sync(self._root)

    def _write(self, parcel: Parcel, target: Path) -> None:
        temporary = self._root / f".incoming-{parcel.consultation}"
        shutil.rmtree(temporary, ignore_errors=True)
        try:
            temporary.mkdir(mode=0o700)
            folders = {temporary}
            for name, content in parcel.files.items():
                path = temporary / name
                if path.parent not in folders:
                    path.parent.mkdir(mode=0o700)
                    folders.add(path.parent)
                _write_file(path, content)
            for folder in sorted(folders, reverse=True):
                _sync(folder)
            temporary.rename(target)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise


def _write_file(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(target: Path) -> dict[str, bytes] | None:
    """All files under `target` by relative name; None when it is not there."""
    if not target.exists():
        return None
    return {
        str(path.relative_to(target)): path.read_bytes()
        for path in target.rglob("*")
        if not path.is_dir()
    }


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
