"""From spawning the media process to its first message: a patient waits for it at each start."""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec

from cli.demo_content import generate
from contracts.media import FromMedia, MediaHello

ROOT = Path(__file__).resolve().parent.parent

BOOTH = """
[booth]
id = "bench"
site = "Bench"
[paths]
run = "run"
data = "data"
[screen]
width_px = 1280
height_px = 800
width_mm = 331
height_mm = 207
[price]
consultation_cents = 2500
covered_cents = 1750
[clinic]
url = "http://127.0.0.1:1"
device_key = "device.pem"
[delivery.folder]
path = "delivered"
[media.camera]
file = "patient.mp4"
[media.microphone]
file = "patient.wav"
"""


async def measure(repeats: int) -> dict[str, Any]:
    """`hello_ms_p50`, `hello_ms_worst` over `repeats` starts, camera and microphone from files."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        generate(home)
        (home / "booth.toml").write_text(BOOTH, encoding="utf-8")
        (home / "run").mkdir(mode=0o700)
        times = [await _once(home) for _ in range(repeats)]
    return {
        "repeats": repeats,
        "hello_ms_p50": round(statistics.median(times), 1),
        "hello_ms_worst": round(max(times), 1),
    }


async def _once(home: Path) -> float:
    hello: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        message: FromMedia = msgspec.json.decode(await reader.readline(), type=FromMedia)
        if not isinstance(message, MediaHello):
            raise TypeError(f"{type(message).__name__} before MediaHello")
        hello.set_result(time.monotonic())
        await reader.read()
        writer.close()

    server = await asyncio.start_unix_server(serve, home / "run" / "media.sock")
    begun = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "kiosk.media",
        "--config",
        str(home),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(30):
            return (await hello - begun) * 1000
    finally:
        process.terminate()
        await process.wait()
        server.close()
