from __future__ import annotations

import asyncio
import os
import pty
import termios
import tty
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import serial

from drivers.transport.serial import (
    PortBusy,
    PortLost,
    PortMissing,
    PortUnusable,
    SerialPort,
    SerialSettings,
)

DEADLINE = 5


class Line:
    """A pty: the device's end, and the booth's path to it."""

    def __init__(self) -> None:
        self.device, slave = pty.openpty()
        tty.setraw(slave)
        self.path = Path(os.ttyname(slave))
        os.close(slave)
        self.plugged = True

    def unplug(self) -> None:
        if self.plugged:
            os.close(self.device)
            self.plugged = False


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.unplug()


async def read(port: SerialPort, length: int) -> bytes:
    data = b""
    async with asyncio.timeout(DEADLINE):
        while len(data) < length:
            data += await port.read()
    return data


async def test_bytes_come_in_and_go_out(line: Line) -> None:
    port = SerialPort.open(line.path, SerialSettings())
    everything = bytes(range(256))
    os.write(line.device, everything)
    assert await read(port, 256) == everything
    await port.write(everything)
    assert os.read(line.device, 1000) == everything
    port.close()


async def test_a_long_write_waits_for_room(line: Line) -> None:
    port = SerialPort.open(line.path, SerialSettings())
    sent = os.urandom(50_000)
    writing = asyncio.create_task(port.write(sent))
    received = b""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(DEADLINE):
        while len(received) < len(sent):
            received += await loop.run_in_executor(None, os.read, line.device, 4096)
        await writing
    assert received == sent
    port.close()


async def test_reading_can_be_given_up_without_losing_bytes(line: Line) -> None:
    port = SerialPort.open(line.path, SerialSettings())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await port.read()
    os.write(line.device, b"late")
    assert await read(port, 4) == b"late"
    port.close()


async def test_what_waited_is_discarded_and_what_follows_is_not(line: Line) -> None:
    port = SerialPort.open(line.path, SerialSettings())
    os.write(line.device, b"old")
    await port._readable()
    port.discard_input()
    os.write(line.device, b"new")
    assert await read(port, 3) == b"new"
    port.close()


async def test_discarding_while_a_read_waits_is_not_taken_for_a_loss(line: Line) -> None:
    port = SerialPort.open(line.path, SerialSettings())
    reading = asyncio.create_task(port.read())
    await asyncio.sleep(0)  # it waits
    os.write(line.device, b"old")
    port.discard_input()
    os.write(line.device, b"new")
    async with asyncio.timeout(DEADLINE):
        assert (await reading)[-3:] == b"new"
    port.close()


async def test_a_cable_pulled_in_mid_frame_is_a_loss(line: Line) -> None:
    port = SerialPort.open(line.path, SerialSettings())
    os.write(line.device, b"\x01\x80")
    assert await read(port, 2) == b"\x01\x80"
    reading = asyncio.create_task(port.read())
    await asyncio.sleep(0)
    line.unplug()
    with pytest.raises(PortLost) as lost:
        async with asyncio.timeout(DEADLINE):
            await reading
    assert lost.value.advice
    assert str(line.path) in str(lost.value)
    with pytest.raises(PortLost):
        await port.write(b"x")
    with pytest.raises(PortLost):
        port.discard_input()
    port.close()
    port.close()


def test_a_missing_port_is_missing(tmp_path: Path) -> None:
    with pytest.raises(PortMissing) as error:
        SerialPort.open(tmp_path / "nothing", SerialSettings())
    assert error.value.on.endswith("nothing")
    assert error.value.advice
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    with pytest.raises(PortMissing):
        SerialPort.open(tmp_path / "link", SerialSettings())


def test_a_port_whose_device_is_gone_is_missing(line: Line) -> None:
    line.unplug()
    with pytest.raises(PortMissing):
        SerialPort.open(line.path, SerialSettings())


async def test_a_busy_port_is_busy_until_let_go(line: Line) -> None:
    first = SerialPort.open(line.path, SerialSettings())
    with pytest.raises(PortBusy) as error:
        SerialPort.open(line.path, SerialSettings())
    assert error.value.advice
    first.close()
    second = SerialPort.open(line.path, SerialSettings())
    os.write(line.device, b"hello")
    assert await read(second, 5) == b"hello"
    second.close()


def test_a_file_is_not_a_serial_port(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"")
    with pytest.raises(PortUnusable):
        SerialPort.open(file, SerialSettings())


def test_a_forbidden_port_says_how_to_allow_it(tmp_path: Path) -> None:
    def refused(*_: Any, **__: Any) -> serial.Serial:
        raise serial.SerialException(13, "Permission denied")

    with pytest.raises(PortUnusable, match="dialout"):
        SerialPort.open(tmp_path, SerialSettings(), factory=refused)


def test_the_line_is_set_as_asked(line: Line) -> None:
    asked: dict[str, Any] = {}

    def factory(*arguments: Any, **settings: Any) -> serial.Serial:
        asked.update(settings)
        return serial.Serial(*arguments, **settings)

    port = SerialPort.open(
        line.path,
        SerialSettings(baud=19200, data_bits=7, parity="even", stop_bits=2),
        factory=factory,
    )
    assert asked == {
        "baudrate": 19200,
        "bytesize": 7,
        "parity": "E",
        "stopbits": 2,
        "timeout": 0,
        "write_timeout": 0,
        "exclusive": True,
    }
    # a pty keeps the speed, and forces eight bits
    assert termios.tcgetattr(port._fd)[4] == termios.B19200
    port.close()
