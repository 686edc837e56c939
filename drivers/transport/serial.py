"""Serial ports over pyserial, for asyncio. Bytes in and out, no parsing.

A port is opened exclusively (flock), so that a busy port is told apart from a missing one, and
read from the event loop. A device pulled out shows as end of file, EIO or a hung-up descriptor,
depending on the kernel driver; all of them become `PortLost`.
"""

from __future__ import annotations

import asyncio
import errno
import os
import select
import termios
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import serial

from drivers.errors import DriverError

READ_SIZE = 4096  # a kernel tty buffer
EMPTY_READS = 3  # ready but empty this many times in a row: nobody is there any more


class PortError(DriverError):
    """A serial port cannot be used."""


class PortMissing(PortError):
    """There is no such port: the device is not plugged in."""


class PortBusy(PortError):
    """Another program holds the port."""


class PortUnusable(PortError):
    """It is there and not busy, but cannot be opened as a serial port."""


class PortLost(PortError):
    """An open port went away: unplugged, or its driver gave up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialSettings:
    """How the line is set. `baud` in bit/s."""

    baud: int = 9600
    data_bits: Literal[7, 8] = 8
    parity: Literal["none", "even", "odd"] = "none"
    stop_bits: Literal[1, 2] = 1

    def as_pyserial(self) -> dict[str, Any]:
        """Return the keyword arguments of `serial.Serial`."""
        return {
            "baudrate": self.baud,
            "bytesize": self.data_bits,
            "parity": {"none": "N", "even": "E", "odd": "O"}[self.parity],
            "stopbits": self.stop_bits,
        }


class SerialPort:
    """An open port. Used by one task of one event loop."""

    def __init__(self, port: serial.Serial, path: Path) -> None:
        self._port = port
        self._fd = port.fileno()
        self.path = path

    @classmethod
    def open(
        cls,
        path: Path,
        settings: SerialSettings,
        *,
        factory: Callable[..., serial.Serial] = serial.Serial,
    ) -> SerialPort:
        """Open `path` exclusively. Raises PortMissing, PortBusy or PortUnusable.

        What waited in the operating system's buffer is discarded.
        """
        try:
            port = factory(
                str(path), timeout=0, write_timeout=0, exclusive=True, **settings.as_pyserial()
            )
        except (OSError, termios.error) as error:  # SerialException is an OSError
            raise _refusal(path, error) from error
        return cls(port, path)

    async def read(self) -> bytes:
        """Return what has arrived, at least one byte. Raises PortLost."""
        for _ in range(EMPTY_READS):
            await self._readable()
            data = self._read_now()
            if data:
                return data
        raise self._lost("it is readable but gives nothing")

    async def write(self, data: bytes) -> None:
        """Write all of `data`. Raises PortLost."""
        left = memoryview(data)
        while left:
            try:
                left = left[os.write(self._fd, left) :]
            except BlockingIOError:
                await self._ready(write=True)
            except OSError as error:
                raise self._lost(error.strerror or str(error)) from error

    def discard_input(self) -> None:
        """Throw away what has arrived and was not read. Raises PortLost."""
        try:
            self._port.reset_input_buffer()
            while self._read_now():
                pass
        except (OSError, termios.error) as error:
            raise self._lost(str(error)) from error

    def close(self) -> None:
        """Let go of the port. Never raises: it may be gone already."""
        try:
            self._port.close()
        except (OSError, termios.error):
            self._port.is_open = False

    async def _readable(self) -> None:
        await self._ready(write=False)

    async def _ready(self, *, write: bool) -> None:
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()

        def wake() -> None:
            if not ready.done():
                ready.set_result(None)

        if write:
            loop.add_writer(self._fd, wake)
        else:
            loop.add_reader(self._fd, wake)
        try:
            await ready
        finally:
            if write:
                loop.remove_writer(self._fd)
            else:
                loop.remove_reader(self._fd)

    def _read_now(self) -> bytes:
        """Return what is there, perhaps nothing (VMIN 0: an idle line reads as empty)."""
        try:
            data = os.read(self._fd, READ_SIZE)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise self._lost(error.strerror or str(error)) from error
        if not data and self._hung_up():
            raise self._lost("it hung up")
        return data

    def _hung_up(self) -> bool:
        poll = select.poll()
        poll.register(self._fd, select.POLLIN)
        gone = select.POLLHUP | select.POLLERR | select.POLLNVAL
        return any(event & gone for _, event in poll.poll(0))

    def _lost(self, what: str) -> PortLost:
        return PortLost(f"lost ({what})", str(self.path), "Plug the device back in.")


def _refusal(path: Path, error: OSError | termios.error) -> PortError:
    code = getattr(error, "errno", None)
    on = str(path)
    if code in (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO):
        return PortMissing("no such port", on, "Plug the device in, or correct its port.")
    if code in (errno.EBUSY, errno.EAGAIN):
        return PortBusy("used by another program", on, "Close the program that uses it.")
    if code in (errno.EACCES, errno.EPERM):
        return PortUnusable(
            "not allowed", on, "Give the service's user access to it (group dialout, udev rule)."
        )
    return PortUnusable(
        f"cannot be opened as a serial port ({error})", on, "Correct the port in the configuration."
    )
