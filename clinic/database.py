"""One SQLite file behind one thread; commits never block the event loop.

Jobs that wait together share one commit (WAL, synchronous FULL): a disk that syncs in 5 ms still
takes many booths. A job's result is given only after that commit.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from clinic.errors import ClinicError, StoreError

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

SCHEMA_VERSION = 1
MOST_JOBS_A_COMMIT = 64
BUSY_SECONDS = 5.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Job:
    work: Work[Any]
    future: asyncio.Future[Any]
    alone: bool = False


class Database:
    """Open with `open`, use with `do`, end with `close`, all from one event loop."""

    def __init__(self, path: Path, schema: str) -> None:
        self._path = path
        self._schema = schema
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def open(self) -> None:
        """Open or create the file. Raises `StoreError`."""
        self._loop = asyncio.get_running_loop()
        opened: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(
            target=self._run, args=(opened,), name="clinic-database", daemon=True
        )
        self._thread.start()
        await opened

    async def do(self, work: Work[T]) -> T:
        """Return what `work` returns, once it is committed.

        Raises what `work` raises (nothing of it is kept), or `StoreError`.
        """
        return await self._ask(work, alone=False)

    async def empty_log(self) -> bool:
        """Move the write-ahead log into the file and truncate it: deleted content goes for good.

        Return False when another reader of the file (a backup) stands in the way: ask again later.
        """
        return await self._ask(_checkpoint, alone=True)

    async def close(self) -> None:
        """Finish what was asked, close the file."""
        if self._thread is None:
            return
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)
        self._thread = None

    async def _ask(self, work: Work[T], *, alone: bool) -> T:
        if self._loop is None or self._thread is None:
            raise StoreError("the database is not open")
        future: asyncio.Future[T] = self._loop.create_future()
        self._jobs.put(_Job(work, future, alone))
        return await future

    # --- in the thread ---------------------------------------------------------------------

    def _run(self, opened: asyncio.Future[None]) -> None:
        try:
            connection = self._connect()
        except (sqlite3.Error, OSError, ClinicError) as error:
            failure = StoreError(f"{self._path}: cannot be opened ({error})")
            self._settle(opened, _Raised(failure))
            return
        self._settle(opened, None)
        with contextlib.closing(connection):
            more = True
            while more:
                jobs, more = self._next_jobs()
                for group in _grouped(jobs):
                    self._commit(connection, group)

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA foreign_keys = ON")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                connection.executescript(
                    f"BEGIN IMMEDIATE; {self._schema};"
                    f"PRAGMA user_version = {SCHEMA_VERSION}; COMMIT"
                )
            elif version != SCHEMA_VERSION:
                raise ClinicError(
                    f"its schema is version {version}, this service knows {SCHEMA_VERSION}; "
                    "run the version that wrote it"
                )
        except BaseException:
            connection.close()
            raise
        return connection

    def _next_jobs(self) -> tuple[list[_Job], bool]:
        jobs: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            jobs.append(job)
            if len(jobs) == MOST_JOBS_A_COMMIT:
                return jobs, True
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return jobs, True
        return jobs, False

    def _commit(self, connection: sqlite3.Connection, jobs: list[_Job]) -> None:
        if jobs[0].alone:
            try:
                self._settle(jobs[0].future, jobs[0].work(connection))
            except sqlite3.Error as error:
                self._settle(jobs[0].future, _Raised(_store_error(error)))
            return
        results: list[tuple[_Job, Any]]
        try:
            connection.execute("BEGIN IMMEDIATE")
            results = [(job, _attempt(connection, job.work)) for job in jobs]
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            _log.error("commit_failed error=%s jobs=%d", type(error).__name__, len(jobs))
            results = [(job, _Raised(_store_error(error))) for job in jobs]
        for job, result in results:
            self._settle(job.future, result)

    def _settle(self, future: asyncio.Future[Any], result: Any) -> None:
        if self._loop is None or self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(_resolve, future, result)


@dataclass(frozen=True)
class _Raised:
    error: Exception


def _attempt(connection: sqlite3.Connection, work: Work[Any]) -> Any:
    """Return what `work` returns, or what it raised, with nothing of it kept."""
    connection.execute("SAVEPOINT job")
    try:
        result = work(connection)
    except sqlite3.Error as error:
        if not connection.in_transaction:  # a full or broken disk ends the whole transaction
            raise
        connection.execute("ROLLBACK TO job")
        result = _Raised(_store_error(error))
    except Exception as error:  # noqa: BLE001 - one job's fault is its caller's, not the others'
        connection.execute("ROLLBACK TO job")
        result = _Raised(error)
    connection.execute("RELEASE job")
    return result


def _grouped(jobs: list[_Job]) -> list[list[_Job]]:
    groups: list[list[_Job]] = []
    for job in jobs:
        if groups and not job.alone and not groups[-1][0].alone:
            groups[-1].append(job)
        else:
            groups.append([job])
    return groups


def _checkpoint(connection: sqlite3.Connection) -> bool:
    connection.execute("PRAGMA busy_timeout = 0")  # commits wait behind this: do not wait here
    try:
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
    return not busy


def _store_error(error: sqlite3.Error) -> StoreError:
    return StoreError(f"the database did not commit ({error}); check the disk of the service")


def _resolve(future: asyncio.Future[Any], result: Any) -> None:
    if future.done():
        return
    if isinstance(result, _Raised):
        future.set_exception(result.error)
    else:
        future.set_result(result)
