from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from drivers.simulated import control
from drivers.simulated.faults import (
    Command,
    CommandRefused,
    Corrupt,
    Finger,
    Plug,
    SetValues,
    Unplug,
)
from drivers.simulated.nonin import Capture, GeneratedPulse, Source
from drivers.simulated.oximeter import Journal, SimulatedOximeter
from drivers.simulated.pty_port import PtyPort
from drivers.transport.serial import PortLost, SerialPort, SerialSettings
from tests.drivers.support import DEADLINE, ScaledClock, capture, until


class Bench:
    """A simulated oximeter, and what the booth would hear of it."""

    def __init__(self, folder: Path, source: Source) -> None:
        self.link = folder / "oximeter"
        self.journal_path = folder / "journal.jsonl"
        self.journal = Journal(self.journal_path)
        self.port = PtyPort(self.link)
        self.finger = True
        self.device = SimulatedOximeter(
            source, self.port, self.journal, finger=lambda: self.finger, clock=ScaledClock(30)
        )
        self.task = asyncio.create_task(self.device.run())

    async def plugged(self) -> SerialPort:
        await until(self.link.exists)
        return SerialPort.open(self.link, SerialSettings())

    def entries(self, kind: str = "packet") -> list[dict[str, Any]]:
        lines = self.journal_path.read_text(encoding="utf-8").splitlines()
        return [entry for line in lines if (entry := json.loads(line))["kind"] == kind]

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        self.journal.close()


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path, GeneratedPulse(97, 72, seed=1))
    yield bench
    await bench.close()


async def read(port: SerialPort, length: int) -> bytes:
    data = b""
    async with asyncio.timeout(DEADLINE):
        while len(data) < length:
            data += await port.read()
    return data


def said(bench: Bench) -> bytes:
    return b"".join(bytes.fromhex(entry["hex"]) for entry in bench.entries())


async def test_the_journal_holds_what_arrives(bench: Bench) -> None:
    port = await bench.plugged()
    heard = await read(port, 4000)
    assert heard in said(bench)
    entries = bench.entries()
    assert [entry["offset"] for entry in entries] == [125 * n for n in range(len(entries))]
    assert entries[-1]["spo2"] == 97
    assert entries[-1]["pulse"] == 72
    assert entries[0]["spo2"] is None, "a pulse is not found at once"
    port.close()


async def test_a_fault_is_on_the_wire_and_not_in_the_journal(bench: Bench) -> None:
    port = await bench.plugged()
    await read(port, 1000)
    bench.device.apply(Corrupt(byte=3, mask=1))
    heard = await read(port, 2000)
    assert heard not in said(bench)
    port.close()


async def test_values_and_finger_change_from_the_next_packet_on(bench: Bench) -> None:
    port = await bench.plugged()
    await read(port, 2000)
    bench.device.apply(SetValues(spo2=88, pulse_rate=133))
    await read(port, 1000)
    assert (bench.entries()[-1]["spo2"], bench.entries()[-1]["pulse"]) == (88, 133)
    bench.finger = False
    await read(port, 1000)
    assert bench.entries()[-1]["finger"] is False
    assert bench.entries()[-1]["spo2"] is None
    bench.device.apply(Finger(inside=True))
    await read(port, 1000)
    assert bench.entries()[-1]["finger"] is True
    port.close()


async def test_unplugged_in_mid_frame_then_plugged(bench: Bench) -> None:
    port = await bench.plugged()
    await read(port, 1000)
    bench.device.apply(Unplug())
    with pytest.raises(PortLost):
        await read(port, 10**6)
    port.close()
    assert not bench.link.is_symlink()
    (entry,) = bench.entries("unplugged")
    assert entry["offset"] % 5 == 2
    bench.device.apply(Plug())
    port = await bench.plugged()
    await read(port, 1000)
    assert len(bench.entries("plugged")) == 2
    port.close()


async def test_it_waits_for_nobody(bench: Bench) -> None:
    """A UART sends into the void: what nobody read is lost, and not there for who comes late."""
    await until(lambda: bench.journal.entries >= 100)  # three times what a pty would hold
    port = await bench.plugged()
    before = bench.journal.entries
    heard = await read(port, 250)
    first = bytes.fromhex(bench.entries()[0]["hex"])
    assert first not in heard
    assert said(bench).find(heard) >= (before - 2) * 125
    # and open but not reading: full, it drops too
    await until(lambda: bench.journal.entries >= before + 100)
    port.close()


def test_a_link_left_by_a_killed_process_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "oximeter").symlink_to("/dev/pts/999999")
    port = PtyPort(tmp_path / "oximeter")
    port.plug()
    SerialPort.open(tmp_path / "oximeter", SerialSettings()).close()
    assert [path.name for path in tmp_path.iterdir()] == ["oximeter"]
    port.unplug()
    assert list(tmp_path.iterdir()) == []
    port.unplug()
    assert port.write(b"x") == 0


async def test_a_captures_values_cannot_be_set(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Capture(capture()))
    port = await bench.plugged()
    assert capture()[20:145] * 3 in await read(port, 1000)
    with pytest.raises(CommandRefused):
        bench.device.apply(SetValues(spo2=90))
    port.close()
    await bench.close()


async def test_the_control_socket_takes_commands(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    heard: list[Command] = []
    async with control.serve(path, heard.append):
        assert path.stat().st_mode & 0o777 == 0o600
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(b'{"do": "unplug"}\n{"do": "nothing"}\n')
        assert json.loads(await reader.readline()) == {"ok": True}
        assert json.loads(await reader.readline())["ok"] is False
        assert heard == [Unplug()]
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
    assert not path.exists()
