"""The consultation as a real process, and a front end that speaks to it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from contracts import screen

ROOT = Path(__file__).resolve().parents[3]
DEADLINE = 20.0
BOOTH = """
[booth]
id = "b-1"
site = "Pharmacie"
[paths]
run = "run"
data = "data"
[screen]
width_px = 1280
height_px = 800
width_mm = 331
height_mm = 207
[price]
consultation_cents = 3000
covered_cents = 2100
[clinic]
url = "{clinic}"
device_key = "device.pem"
[delivery.folder]
path = "record"
"""
# The program as it is, with something of its surroundings changed first.
CHANGED = """
import os, socket, sys, threading, time
from kiosk.consultation.__main__ import main
{change}
sys.argv[0] = "consultation"
sys.exit(main())
"""


def configure(folder: Path, clinic: str = "http://127.0.0.1:1") -> None:
    """Write a booth.toml and its device key."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    (folder / "device.pem").write_bytes(pem)
    (folder / "booth.toml").write_text(BOOTH.format(clinic=clinic), encoding="utf-8")


class Process:
    """`python -m kiosk.consultation --config folder`."""

    def __init__(self, folder: Path, *, change: str = "") -> None:
        program = ["-c", CHANGED.format(change=change)] if change else ["-m", "kiosk.consultation"]
        self.folder = folder
        self._popen = subprocess.Popen(
            [sys.executable, "-B", *program, "--config", str(folder)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            cwd="/",
            stderr=subprocess.PIPE,
        )
        self.stderr = b""

    def signal(self, number: int) -> None:
        """Send a signal."""
        self._popen.send_signal(number)

    async def ended(self, seconds: float = DEADLINE) -> int:
        """Return its exit status; TimeoutExpired if it is not over by then."""
        _, self.stderr = await asyncio.to_thread(self._popen.communicate, None, seconds)
        return self._popen.returncode

    def kill(self) -> None:
        """End it, if it is not over."""
        with contextlib.suppress(ProcessLookupError):
            self._popen.kill()
        if self._popen.stderr is not None and not self._popen.stderr.closed:
            self._popen.communicate()


class FrontEnd:
    """What the touch process would be: reads views, sends intents."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.view: screen.View | None = None

    async def until(self, reached: Callable[[screen.View], bool]) -> screen.View:
        """Read views until one is as wanted."""
        async with asyncio.timeout(DEADLINE):
            while self.view is None or not reached(self.view):
                line = await self._reader.readuntil(b"\n")
                self.view = msgspec.json.decode(line, type=screen.View)
        return self.view

    async def page(self, tag: type[screen.Page]) -> screen.View:
        """Read views until this page."""
        return await self.until(lambda view: isinstance(view.page, tag))

    async def touch(self, intent: screen.Intent, then: type[screen.Page]) -> screen.View:
        """Send an intent on the view shown, and read until the page it leads to."""
        assert self.view is not None
        self.write(msgspec.json.encode(screen.IntentMessage(self.view.revision, intent)) + b"\n")
        return await self.page(then)

    def write(self, line: bytes) -> None:
        """Send these bytes as they are."""
        self._writer.write(line)

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


@contextlib.asynccontextmanager
async def front_end(folder: Path) -> AsyncIterator[FrontEnd]:
    """Connect as soon as the consultation listens."""
    async with asyncio.timeout(DEADLINE):
        while True:
            try:
                path = folder / "run" / "view.sock"
                reader, writer = await asyncio.open_unix_connection(path)
                break
            except (FileNotFoundError, ConnectionRefusedError):
                await asyncio.sleep(0.02)
    there = FrontEnd(reader, writer)
    try:
        yield there
    finally:
        there.close()
