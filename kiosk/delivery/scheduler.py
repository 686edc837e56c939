"""Watches for closed consultations and gives each its worker. Holds names of folders, no more."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from kiosk.delivery.plan import Notice, Plan
from kiosk.delivery.turn import REFUSED, Ended, Result
from kiosk.record.folders import Folders

LOG = logging.getLogger("kiosk.delivery")

POLL = 0.5  # seconds between two looks at the folders
GRACE = 1.0  # seconds a worker has to stop by itself

Run = Callable[[str], Awaitable[Ended]]


class Scheduler:
    """`run` carries one consultation's turn; `now` is a monotonic clock in seconds."""

    def __init__(
        self,
        folders: Folders,
        plan: Plan,
        run: Run,
        now: Callable[[], float],
        poll: float = POLL,
    ) -> None:
        self._folders = folders
        self._plan = plan
        self._run = run
        self._now = now
        self._poll = poll
        self._unreadable = False

    async def serve(self, stop: asyncio.Event) -> None:
        """Deliver until `stop`; then cancel what runs and return when it has ended."""
        stopping = asyncio.create_task(stop.wait())
        running: dict[asyncio.Future[Ended], str] = {}
        try:
            while not stop.is_set():
                for name in self._due():
                    running[asyncio.ensure_future(self._run(name))] = name
                awaited: set[asyncio.Future[Any]] = {stopping, *running}
                await asyncio.wait(
                    awaited,
                    timeout=self._poll,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                for turn in [turn for turn in running if turn.done()]:
                    name = running.pop(turn)
                    self._say(self._plan.ended(name, turn.result(), self._now()))
        finally:
            stopping.cancel()
            for turn in running:
                turn.cancel()
            await asyncio.gather(stopping, *running, return_exceptions=True)

    def _due(self) -> tuple[str, ...]:
        try:
            closed = [folder for folder in self._folders.closed() if _is_uuid(folder.name)]
            marked = {folder.name for folder in closed if (folder / REFUSED).exists()}
        except OSError as error:
            if not self._unreadable:
                self._unreadable = True
                LOG.warning("delivery_data_unreadable reason=%s", error.strerror)
            return ()
        if self._unreadable:
            self._unreadable = False
            LOG.info("delivery_data_readable")
        chosen, notices = self._plan.start([folder.name for folder in closed], marked, self._now())
        self._say(notices)
        return chosen

    @staticmethod
    def _say(notices: tuple[Notice, ...]) -> None:
        for notice in notices:
            words = notice.event
            if notice.consultation:
                words += f" consultation={notice.consultation}"
            if notice.code:
                words += f" code={notice.code}"
            LOG.log(logging.WARNING if notice.trouble else logging.INFO, "%s", words)


def _is_uuid(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


class Subprocesses:
    """Runs each turn as `python -m kiosk.delivery.worker`, a process of its own."""

    def __init__(self, config: Path) -> None:
        self._config = config

    async def run(self, consultation: str) -> Ended:
        """Return how the turn ended. Cancelled: the worker is stopped first."""
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "kiosk.delivery.worker",
                "--config",
                str(self._config),
                "--folder",
                consultation,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
            )
        except OSError as error:  # no memory or no process to be had now
            return Ended(Result.CRASHED, errno.errorcode.get(error.errno or 0, "EAGAIN"))
        try:
            said, _ = await process.communicate()
        except asyncio.CancelledError:
            await _stop(process)
            raise
        status = process.returncode
        try:
            result = Result(status if status is not None else Result.CRASHED)
        except ValueError:
            return Ended(Result.CRASHED, f"status{status}")
        return Ended(result, said.decode("ascii", "replace").strip())


async def _stop(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), GRACE)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
