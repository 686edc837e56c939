"""One consultation's turn: read its log, make its parcel, deliver it, remove it from the booth."""

from __future__ import annotations

import enum
import errno
import json
import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kiosk.delivery.errors import Refused, SinkUnavailable
from kiosk.delivery.parcel import Parcel, pack
from kiosk.delivery.sinks import Sink
from kiosk.documents.errors import DocumentError
from kiosk.record.folders import Folders
from kiosk.record.log import FILE, EventLog, RecordError, RecordLocked, lock_folder

REFUSED = "refused"


class Result(enum.IntEnum):
    """How a turn ended; the worker's exit status (sysexits.h where it has a word for it)."""

    DELIVERED = 0
    CONFIG = 2
    REFUSED = 65
    CRASHED = 70
    UNAVAILABLE = 74
    BUSY = 75


@dataclass(frozen=True)
class Ended:
    """`code`: why, for Result.REFUSED and UNAVAILABLE."""

    result: Result
    code: str = ""


def take(folders: Folders, consultation: str, sinks: Sequence[Sink]) -> Ended:
    """Deliver one closed consultation to every sink, then remove it. Safe to die in, anywhere.

    Each step is done again by the next turn: a sink takes the same content twice as once, and a
    folder is removed only after all sinks hold it.
    """
    folder = folders.of(consultation)
    try:
        if (folder / FILE).exists():
            _deliver(folder, consultation, sinks)
        # No log under a standing mark: delivered, and dead while removing.
        _remove(folders, folder)
    except RecordLocked:
        return Ended(Result.BUSY)
    except Refused as refused:
        _leave_to_a_person(folder, refused.code)
        return Ended(Result.REFUSED, refused.code)
    except SinkUnavailable as unavailable:
        return Ended(Result.UNAVAILABLE, unavailable.code)
    return Ended(Result.DELIVERED)


def _deliver(folder: Path, consultation: str, sinks: Sequence[Sink]) -> None:
    try:
        log = EventLog.open(folder)
    except RecordLocked:
        raise
    except RecordError as error:
        raise _unreadable(error) from error
    try:
        # The open log holds the consultation's lock while the sinks are at it.
        parcel = _parcel(log, consultation)
        for sink in sinks:
            sink.deliver(parcel)
    finally:
        log.close()


def _parcel(log: EventLog, consultation: str) -> Parcel:
    try:
        return pack(consultation, tuple(log.entries()))
    except RecordError as error:
        raise _unreadable(error) from error
    except DocumentError as error:
        raise Refused("document_impossible") from error


def _unreadable(error: RecordError) -> Refused | SinkUnavailable:
    """A damaged log is for a person; a disk that is full or away is for later."""
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        if code & 0xFF in _PASSING and code not in _DAMAGED:
            return SinkUnavailable(
                getattr(cause, "sqlite_errorname", "SQLITE_ERROR"),
                "the booth's own disk refuses; check its space and health",
            )
    return Refused("log_unreadable")


# Primary result codes that may pass, and their extended ones that do not.
_PASSING = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
    }
)
_DAMAGED = frozenset({sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ})


def _remove(folders: Folders, folder: Path) -> None:
    if not folder.exists():
        return
    lock = lock_folder(folder)
    try:
        folders.remove(folder)
    except OSError as error:
        raise SinkUnavailable(
            errno.errorcode.get(error.errno or 0, "EIO"),
            "a delivered consultation cannot be removed; check the booth's own disk",
        ) from error
    finally:
        os.close(lock)


def _leave_to_a_person(folder: Path, code: str) -> None:
    """Mark the folder. When even that cannot be written the scheduler still remembers."""
    path = folder / REFUSED
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, json.dumps({"code": code}).encode() + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError:
        return
