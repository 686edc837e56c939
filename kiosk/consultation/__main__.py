"""The consultation process: puts the parts together, lives for one patient, exits."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.metadata
import logging
import os
import signal
import sys
import threading
from collections.abc import AsyncIterable
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic_ns
from typing import Protocol

from config import BoothConfig, ConfigError, load
from contracts.consultation import Outcome
from contracts.screen import Failure, Part, ReadyState
from drivers.devices.oximeter import DROPPABLE, Heard, Oximeter
from drivers.errors import DriverError
from kiosk.clinic_link.link import ClinicLink, LinkError
from kiosk.clinic_link.token import DeviceKeyError, load_key
from kiosk.consultation.conductor import ClinicEars, Conductor, Inbox
from kiosk.consultation.journey import happenings
from kiosk.consultation.media_link import MediaLink
from kiosk.consultation.screen_link import ScreenLink
from kiosk.consultation.sockets import SocketError
from kiosk.record import events as log
from kiosk.record.folders import Folders
from kiosk.record.log import EventLog, New, RecordError

LOG = logging.getLogger("kiosk.consultation")

EXIT_SECONDS = 1.5  # from the end, or the order to stop, to the exit
MOST_WAITING = 50  # in the inbox; beyond it what may be dropped is


class Runs(Protocol):
    """A driver."""

    async def run(self) -> None:
        """Work until cancelled."""


class SystemClock:
    """The machine's clocks."""

    def utc(self) -> datetime:
        """Now, UTC."""
        return datetime.now(UTC)

    def monotonic_ns(self) -> int:
        """Now, never jumping."""
        return monotonic_ns()

    def today(self) -> date:
        """Today where the booth stands."""
        return datetime.now(UTC).astimezone().date()


def software() -> str:
    """Return name and version for the record."""
    try:
        return f"telecabine {importlib.metadata.version('telecabine')}"
    except importlib.metadata.PackageNotFoundError:
        return "telecabine, from its source tree"


def close_interrupted(folders: Folders, clock: SystemClock) -> None:
    """Close what a dead process left open, with its incident, so that delivery takes it."""
    try:
        interrupted = folders.interrupted()
    except OSError as error:
        reason = error.strerror
        LOG.error("interrupted_consultations_unknown reason=%s", reason)  # noqa: TRY400 - said whole
        return
    for folder in interrupted:
        try:
            left = EventLog.open(folder)
            try:
                entries = list(left.entries())
                if entries and not isinstance(entries[-1].event, log.Closed):
                    incident = New(log.Incident("interrupted"))
                    closed = New(log.Closed("interrupted", Outcome.TECHNICAL_FAILURE))
                    left.append(clock, (incident, closed))
            finally:
                left.close()
            if entries:
                folders.mark_closed(folder)
            else:
                folders.remove(folder)  # it died before anything was acknowledged
            LOG.warning("consultation_interrupted entries=%d", len(entries))
        except (RecordError, OSError) as error:
            LOG.error("interrupted_consultation_kept reason=%s", error)  # noqa: TRY400 - said whole


async def conduct(config: BoothConfig) -> None:
    """Run one consultation with the real parts."""
    clock = SystemClock()
    folders = Folders(config.paths.data)
    settings = config.instruments.oximeter
    oximeter = None if settings is None else Oximeter.from_config(settings)
    inbox: Inbox = asyncio.Queue()
    media = MediaLink(
        config.paths.run,
        heard=inbox.put_nowait,
        gone=lambda: inbox.put_nowait(happenings.MediaDown()),
    )
    screen = ScreenLink(config.paths.run, heard=inbox.put_nowait)
    clinic = ClinicLink(
        url=config.clinic.url,
        booth=config.booth.id,
        site=config.booth.site,
        simulated=settings is not None and settings.simulated,
        key=load_key(config.clinic.device_key),
        utc=clock.utc,
        listener=ClinicEars(inbox),
    )
    conductor = Conductor(
        inbox=inbox,
        config=config,
        software=software(),
        storage=await asyncio.to_thread(prepare, folders, clock),
        folders=folders,
        clock=clock,
        clinic_link=clinic,
        media_link=media,
        screen_link=screen,
        oximeter=oximeter,
        model=None if oximeter is None else oximeter.model,
    )
    await media.start()
    await screen.start()
    async with asyncio.TaskGroup() as tasks:
        keep = [tasks.create_task(clinic.run())]
        if oximeter is not None:
            keep.append(tasks.create_task(keep_measuring(oximeter, inbox)))
            keep.append(tasks.create_task(listen(oximeter, inbox)))
        try:
            await conductor.run()
        finally:
            for task in keep:
                task.cancel()
            await conductor.close()
            await screen.close()
            await media.close()


def prepare(folders: Folders, clock: SystemClock) -> bool:
    """Make the disk ready, and say whether it is; close what was left open."""
    try:
        folders.prepare()
    except RecordError as error:
        LOG.error("storage_failed what=prepare reason=%s", error)  # noqa: TRY400 - said whole
        return False
    close_interrupted(folders, clock)
    return True


async def listen(heard_from: AsyncIterable[Heard], inbox: Inbox) -> None:
    """Bring what is heard to the inbox; while the disk holds it up, curves do not pile up."""
    async for heard in heard_from:
        if inbox.qsize() < MOST_WAITING or not isinstance(heard.event, DROPPABLE):
            inbox.put_nowait(heard)


async def keep_measuring(oximeter: Runs, inbox: Inbox, *, again: float = 1.0) -> None:
    """Run the driver; if it dies, the measurement fails and the consultation goes on."""
    while True:
        try:
            await oximeter.run()
        except Exception as error:  # noqa: BLE001 - the edge between a driver and the patient
            LOG.critical("driver_died error=%s", type(error).__name__)
        inbox.put_nowait(happenings.ReadinessChanged(Part.OXIMETER, ReadyState.FAULT))
        inbox.put_nowait(happenings.InstrumentFailed(Failure.UNPLUGGED))
        await asyncio.sleep(again)


def exit_within(seconds: float, status: int) -> None:
    """Exit then, whatever a disk or a name server holds up.

    Nothing is lost by it: what was acknowledged is on disk already.
    """
    timer = threading.Timer(seconds, os._exit, (status,))
    timer.daemon = True
    timer.start()


async def main_task(config: BoothConfig) -> None:
    """Run until the patient has gone or the supervisor says stop."""
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        exit_within(EXIT_SECONDS, 0)
        task.cancel()  # type: ignore[union-attr]  # we are a task

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    status = 1
    try:
        with contextlib.suppress(asyncio.CancelledError):
            await conduct(config)
        status = 0
    finally:
        exit_within(EXIT_SECONDS, status)


def main() -> int:
    """Return 0 when the patient has gone, 2 when the configuration cannot work, 1 else."""
    parser = argparse.ArgumentParser(prog="cabine run consultation")
    parser.add_argument("--config", type=Path, required=True, metavar="DIR")
    folder: Path = parser.parse_args().config
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("websockets").setLevel(logging.WARNING)
    try:
        asyncio.run(main_task(load(BoothConfig, folder / "booth.toml")))
    except (ConfigError, DeviceKeyError, DriverError, LinkError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except (RecordError, SocketError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
