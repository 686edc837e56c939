from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cli.simulator import main
from drivers.protocols import nonin
from drivers.transport.serial import SerialPort, SerialSettings
from tests.drivers.support import DEADLINE, capture, packets_in, until

ROOT = Path(__file__).resolve().parent.parent.parent


@asynccontextmanager
async def simulator(folder: Path, text: str) -> AsyncIterator[asyncio.subprocess.Process]:
    (folder / "simulator.toml").write_text(text, encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "cli.simulator",
        "--config",
        str(folder),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_speaks_until_told_to_stop_and_leaves_nothing(
    tmp_path: Path, number: signal.Signals
) -> None:
    run = tmp_path / "run"
    text = (
        '[oximeter]\nlink = "run/oximeter"\njournal = "journal.jsonl"\n'
        'control = "run/control.sock"\nfinger_file = "finger"\nspo2 = 96\npulse_rate = 81\n'
    )
    async with simulator(tmp_path, text) as process:
        await until((run / "oximeter").exists)
        await until((run / "control.sock").exists)
        port = SerialPort.open(run / "oximeter", SerialSettings())
        decoder = nonin.Decoder()
        packets: list[nonin.Packet] = []
        async with asyncio.timeout(DEADLINE):
            while len(packets) < 3:
                packets += packets_in(decoder.feed(await port.read()))
            assert all(packet.frames[0].status.sensor_alarm for packet in packets)
            (tmp_path / "finger").touch()
            while packets[-1].values.spo2_display != 96:
                packets += packets_in(decoder.feed(await port.read()))
        assert packets[-1].values.pulse_display == 81
        reader, writer = await asyncio.open_unix_connection(run / "control.sock")
        writer.write(b'{"do": "finger", "inside": false}\n')
        async with asyncio.timeout(DEADLINE):
            assert json.loads(await reader.readline()) == {"ok": True}
        writer.close()
        await writer.wait_closed()
        port.close()
        process.send_signal(number)
        async with asyncio.timeout(2):
            assert await process.wait() == 0
        assert process.stderr is not None
        assert b"Traceback" not in await process.stderr.read()
    assert list(run.iterdir()) == []
    lines = (tmp_path / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    said = b"".join(
        bytes.fromhex(entry["hex"]) for line in lines if "hex" in (entry := json.loads(line))
    )
    assert b"".join(frame.to_bytes() for frame in packets[-1].frames) in said


async def test_it_speaks_in_real_time(tmp_path: Path) -> None:
    async with simulator(tmp_path, '[oximeter]\nlink = "oximeter"\n'):
        await until((tmp_path / "oximeter").exists)
        port = SerialPort.open(tmp_path / "oximeter", SerialSettings())
        await port.read()
        loop = asyncio.get_running_loop()
        begin, count = loop.time(), 0
        while loop.time() - begin < 3:
            count += len(await port.read())
        took = loop.time() - begin
        port.close()
    assert count / took == pytest.approx(375, rel=0.05)


async def test_it_plays_a_capture(tmp_path: Path) -> None:
    (tmp_path / "capture.bin").write_bytes(capture())
    text = '[oximeter]\nlink = "oximeter"\ncapture = "capture.bin"\n'
    async with simulator(tmp_path, text):
        await until((tmp_path / "oximeter").exists)
        port = SerialPort.open(tmp_path / "oximeter", SerialSettings())
        heard = b""
        async with asyncio.timeout(DEADLINE):
            while capture()[20:145] * 2 not in heard:
                heard += await port.read()
        port.close()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[oximeter]\nlinc = "x"\n', "line 2: unknown key 'oximeter.linc'; did you mean 'link'"),
        ("[oximeter]\n", "link"),
        ("", "nothing to simulate"),
        ('[oximeter]\nlink = "x"\ncapture = "none.bin"\n', "none.bin: cannot be read"),
        ('[oximeter]\nlink = "x"\ncapture = "simulator.toml"\n', "no complete packet"),
        ('[oximeter]\nlink = "simulator.toml/x"\n', "simulator.toml"),
        ('[oximeter]\nlink = "x"\nspo2 = 127\n', "line 3: oximeter.spo2"),
    ],
)
def test_a_wrong_configuration_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, says: str
) -> None:
    (tmp_path / "simulator.toml").write_text(text, encoding="utf-8")
    assert main(["--config", str(tmp_path)]) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if " INFO " not in line]
    assert len(lines) == 1
    assert says in lines[0]
