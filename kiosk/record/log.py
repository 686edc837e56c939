"""The event log: append-only, one SQLite file a consultation. `append` returns once it is on disk.

SQLite's WAL with `synchronous=FULL` syncs at each commit: what `append` returned survives a
power cut. The lock on the consultation's folder is the right to write; a second writer is refused.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, Self

import msgspec

from kiosk.record.entry import Entry, New
from kiosk.record.events import LogEvent

__all__ = [
    "FILE",
    "AsyncLog",
    "Clock",
    "Entry",
    "EventLog",
    "New",
    "RecordError",
    "RecordLocked",
    "holds_nothing",
    "lock_folder",
    "read",
]

FILE = "log.sqlite"
SCHEMA = 1

_CREATE = """
CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    utc TEXT NOT NULL,
    monotonic_ns INTEGER NOT NULL,
    payload BLOB NOT NULL,
    raw BLOB
) STRICT;
"""


class RecordError(Exception):
    """What could not be written or read, where, and what a person can do."""


class RecordLocked(RecordError):
    """Another process holds the consultation."""


class Clock(Protocol):
    """Time, passed in."""

    def utc(self) -> datetime:
        """Now, aware, UTC."""

    def monotonic_ns(self) -> int:
        """Now, on a clock that never jumps."""


class EventLog:
    """The log of one consultation. Blocking: `AsyncLog` carries it to a thread."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, lock: int) -> None:
        self.folder = folder
        self._connection = connection
        self._lock = lock
        row = connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()
        self._last = int(row[0])

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Make the folder and its empty log, durable in its parent before this returns.

        Raises RecordError.
        """
        try:
            folder.mkdir(mode=0o700, parents=True)
        except OSError as error:
            raise RecordError(
                f"a consultation's folder cannot be made ({error.strerror}): check the disk"
            ) from error
        log = cls._open(folder, new=True)
        try:
            _sync_folder(folder)
            _sync_folder(folder.parent)
        except OSError as error:
            log.close()
            raise RecordError(
                f"a consultation's folder cannot be kept ({error.strerror}): check the disk"
            ) from error
        return log

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open an existing log for writing. Raises RecordLocked, RecordError."""
        return cls._open(folder, new=False)

    @classmethod
    def _open(cls, folder: Path, *, new: bool) -> Self:
        lock = lock_folder(folder)
        try:
            # Only `create` may make the file: a log opened for reading must not appear by that.
            connection = sqlite3.connect(
                _uri(folder, "rwc" if new else "rw"),
                uri=True,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                # Asked before anything is set, so that what is no log of ours stays as it is.
                version = connection.execute("PRAGMA user_version").fetchone()[0]
                if not new and version != SCHEMA:
                    raise RecordError(
                        f"event log of version {version}, this software writes {SCHEMA}"
                    )
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=FULL")
                if new:
                    connection.executescript(f"BEGIN;{_CREATE}PRAGMA user_version={SCHEMA};COMMIT;")
                return cls(folder, connection, lock)
            except BaseException:
                connection.close()
                raise
        except sqlite3.Error as error:
            os.close(lock)
            raise RecordError(f"the event log cannot be opened: {error}") from error
        except BaseException:
            os.close(lock)
            raise

    def append(self, clock: Clock, events: Sequence[New]) -> tuple[Entry, ...]:
        """Commit `events` together, in order, and return them. All or none.

        Raises RecordError: nothing was written, nothing may be acknowledged.
        """
        utc, monotonic = clock.utc(), clock.monotonic_ns()
        entries = tuple(
            Entry(self._last + n, new.id or str(uuid.uuid4()), utc, monotonic, new.event, new.raw)
            for n, new in enumerate(events, start=1)
        )
        rows = [
            (
                entry.seq,
                entry.id,
                entry.event.__struct_config__.tag,
                entry.utc.isoformat(),
                entry.monotonic_ns,
                _payload(entry),
                entry.raw,
            )
            for entry in entries
        ]
        try:
            with Transaction(self._connection):
                self._connection.executemany("INSERT INTO events VALUES (?,?,?,?,?,?,?)", rows)
        except sqlite3.Error as error:
            raise RecordError(
                f"the event log cannot be written: {error}; check the disk's space and health"
            ) from error
        self._last += len(entries)
        return entries

    def entries(self) -> Iterator[Entry]:
        """All entries, in order. Raises RecordError for an entry this software cannot read."""
        return _entries(self._connection)

    def close(self) -> None:
        """Close, and give up the right to write. Closed already: nothing."""
        self._connection.close()
        lock, self._lock = self._lock, -1
        if lock >= 0:
            os.close(lock)


class Transaction:
    """BEGIN IMMEDIATE … COMMIT, or ROLLBACK when anything failed, the commit included."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            try:
                self._connection.execute("COMMIT")
                return
            except sqlite3.Error:
                self._rollback()
                raise
        self._rollback()

    def _rollback(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")


def read(folder: Path) -> tuple[Entry, ...]:
    """Return the entries of a log without the right to write. Raises RecordError."""
    try:
        connection = sqlite3.connect(_uri(folder, "ro"), uri=True)
    except sqlite3.Error as error:
        raise RecordError(f"the event log cannot be read: {error}") from error
    try:
        return tuple(_entries(connection))
    finally:
        connection.close()


def holds_nothing(folder: Path) -> bool:
    """Whether no event was ever committed in `folder`. Raises RecordError when that cannot be told.

    Take the folder's lock first. A log that cannot be read may hold something.
    """
    if not (folder / FILE).exists():
        return True
    try:
        # Writing, so that a WAL left by a crash is recovered before the question is asked.
        connection = sqlite3.connect(_uri(folder, "rw"), uri=True)
        try:
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if tables == 0:
                return True
            return connection.execute("SELECT 1 FROM events LIMIT 1").fetchone() is None
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise RecordError(f"the event log cannot be read: {error}") from error


def _entries(connection: sqlite3.Connection) -> Iterator[Entry]:
    try:
        rows = connection.execute(
            "SELECT seq, id, utc, monotonic_ns, payload, raw FROM events ORDER BY seq"
        )
        for seq, ident, utc, monotonic, payload, raw in rows:
            try:
                event: LogEvent = msgspec.json.decode(payload, type=LogEvent)
                at = datetime.fromisoformat(utc).astimezone(UTC)
            except ValueError:  # msgspec's errors are ValueErrors, as those of a bad time
                # A decoding error may quote a value, in a traceback too: say where, not what.
                raise RecordError(
                    f"entry {seq} of the event log cannot be understood: it was written by "
                    "another version, or is damaged; keep the folder and call support"
                ) from None
            yield Entry(seq, ident, at, monotonic, event, raw)
    except sqlite3.Error as error:
        raise RecordError(f"the event log cannot be read: {error}") from error


def _payload(entry: Entry) -> bytes:
    """Encode what can be read again, and only that: a NaN would make the whole log unreadable."""
    payload = msgspec.json.encode(entry.event)
    try:
        msgspec.json.decode(payload, type=LogEvent)
    except msgspec.MsgspecError:
        raise RecordError(
            f"entry {entry.seq} ({entry.event.__struct_config__.tag}) could not be read again: "
            "it was not written"
        ) from None
    return payload


def _uri(folder: Path, mode: str) -> str:
    return f"{(folder / FILE).absolute().as_uri()}?mode={mode}"


def lock_folder(folder: Path) -> int:
    """Return a descriptor that holds the folder's lock until closed. Raises RecordLocked."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise RecordError(f"the consultation's folder is gone ({error.strerror})") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise RecordLocked("another process holds this consultation") from error
    except OSError as error:
        os.close(descriptor)
        raise RecordError(f"a folder cannot be locked ({error.strerror})") from error
    return descriptor


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class AsyncLog:
    """An EventLog on a thread of its own, so that a slow disk never stops the event loop."""

    def __init__(self, log: EventLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="event-log")

    @property
    def folder(self) -> Path:
        """The consultation's folder."""
        return self._log.folder

    async def append(self, *events: New) -> tuple[Entry, ...]:
        """As EventLog.append."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._log.append, self._clock, events)

    async def close(self) -> None:
        """As EventLog.close, after what was being written."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._log.close)
        self._thread.shutdown()
