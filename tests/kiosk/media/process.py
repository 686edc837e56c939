"""The media process itself, and a consultation at the other end of `media.sock`."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from contracts.media import FromMedia, MediaHello, ToMedia

ROOT = Path(__file__).resolve().parents[3]
M = TypeVar("M", bound=msgspec.Struct)

BOOTH = """
[booth]
id = "booth-1"
site = "Test"
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
"""


class Consultation:
    """Listens on `media.sock`; `received` is all the media process said, in order."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._server: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._changed = asyncio.Condition()
        self.received: list[FromMedia] = []

    async def start(self) -> None:
        self._server = await asyncio.start_unix_server(self._serve, self._path)

    async def stop(self) -> None:
        """As when the consultation's process ends: the link breaks, nobody listens."""
        if self._server is not None:
            self._server.close()
        if self._writer is not None:
            self._writer.close()
        self._path.unlink(missing_ok=True)

    def say(self, order: ToMedia) -> None:
        assert self._writer is not None
        self._writer.write(msgspec.json.encode(order) + b"\n")

    def say_raw(self, line: bytes) -> None:
        assert self._writer is not None
        self._writer.write(line)

    async def hears(
        self, kind: type[M], where: Callable[[M], bool] = lambda _: True, *, within: float = 15
    ) -> M:
        """The first message of this kind for which `where` holds; it and those before are taken."""
        async with asyncio.timeout(within), self._changed:
            while True:
                for index, message in enumerate(self.received):
                    if isinstance(message, kind) and where(message):
                        del self.received[: index + 1]
                        return message
                await self._changed.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                message: FromMedia = msgspec.json.decode(line, type=FromMedia)
                async with self._changed:
                    self.received.append(message)
                    self._changed.notify_all()
        writer.close()


class MediaProcess:
    """`python -m kiosk.media` with its own folder."""

    def __init__(self, folder: Path, media: str) -> None:
        self.folder = folder
        self.run = folder / "run"
        self.run.mkdir(mode=0o700)
        (folder / "booth.toml").write_text(BOOTH + media, encoding="utf-8")
        self.consultation = Consultation(self.run / "media.sock")
        self.process: asyncio.subprocess.Process | None = None

    async def spawn(self) -> asyncio.subprocess.Process:
        with (self.folder / "stderr").open("ab") as stderr:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "kiosk.media",
                "--config",
                str(self.folder),
                cwd="/",
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=stderr,
            )
        return self.process

    async def start(self) -> MediaHello:
        await self.consultation.start()
        await self.spawn()
        return await self.consultation.hears(MediaHello)

    async def end(self, number: int = signal.SIGTERM, *, within: float = 2.0) -> int:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        async with asyncio.timeout(within):
            return await self.process.wait()

    @property
    def log(self) -> str:
        return (self.folder / "stderr").read_text(encoding="utf-8")


@contextlib.asynccontextmanager
async def media_process(folder: Path, media: str = "") -> AsyncIterator[MediaProcess]:
    made = MediaProcess(folder, media)
    try:
        yield made
    finally:
        await made.consultation.stop()
        if made.process is not None and made.process.returncode is None:
            made.process.kill()
            await made.process.wait()
