"""A virtual screen for the touchscreen where there is no display, and VNC to look at it."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import signal
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cli.processes import MARK, clean_environment, die_with_parent

FAMILY_WILD = 0xFFFF  # Xauth(7): any host, any display number


class DisplayError(Exception):
    """Why there is no screen, and what to do."""


@dataclass(frozen=True)
class Vnc:
    """Where to look, and the password asked there."""

    port: int
    password: str


class VirtualDisplay:
    """Xvfb on a free display number; only who holds the cookie in `folder` may look or touch."""

    def __init__(self, folder: Path, *, width: int, height: int, mark: str) -> None:
        self._folder = folder
        self._size = f"{width}x{height}x24"
        self._mark = mark
        self._processes: list[asyncio.subprocess.Process] = []
        self.name = ""

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to draw there."""
        return {
            "DISPLAY": self.name,
            "XAUTHORITY": str(self._authority),
            "WAYLAND_DISPLAY": "",
            "QT_QPA_PLATFORM": "xcb",
        }

    @property
    def _authority(self) -> Path:
        return self._folder / "xauthority"

    async def start(self, seconds: float = 20.0) -> None:
        """Return when it can be drawn on. Raises `DisplayError`."""
        _write_cookie(self._authority)
        reading, writing = os.pipe()
        try:
            server = await self._run(
                "Xvfb",
                *("-displayfd", str(writing), "-screen", "0", self._size),
                *("-nolisten", "tcp", "-noreset", "-auth", str(self._authority)),
                pass_fds=(writing,),
            )
        finally:
            os.close(writing)
        number = await _first_line(reading, seconds)
        if not number.isdigit():
            raise DisplayError(f"Xvfb did not start (status {server.returncode}): run it by hand")
        self.name = f":{number}"

    async def serve_vnc(self, seconds: float = 20.0) -> Vnc:
        """Show the screen over VNC, on this machine's loopback only. Raises `DisplayError`."""
        password = secrets.token_hex(4)  # VNC knows 8 characters
        file = self._folder / "vnc-password"
        file.touch(mode=0o600)
        file.write_text(password + "\n", encoding="ascii")
        flag = self._folder / "vnc-port"
        server = await self._run(
            "x11vnc",
            *("-display", self.name, "-auth", str(self._authority), "-localhost", "-no6"),
            *("-autoport", "5900", "-flag", str(flag)),  # its stdout is buffered
            *("-passwdfile", str(file), "-forever", "-shared", "-quiet"),
        )
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while server.returncode is None:
                    said = flag.read_text(encoding="ascii") if flag.exists() else ""
                    if found := re.fullmatch(r"PORT=(\d+)\n", said):
                        return Vnc(int(found[1]), password)
                    await asyncio.sleep(0.05)
        raise DisplayError("x11vnc did not start; leave out --vnc, or run x11vnc by hand")

    async def stop(self) -> None:
        """End both; Xvfb removes its lock and its socket."""
        for process in reversed(self._processes):
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 3.0)
            except TimeoutError:
                process.kill()
                await process.wait()
        self._processes.clear()

    async def _run(
        self, *command: str, pass_fds: tuple[int, ...] = ()
    ) -> asyncio.subprocess.Process:
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                env=clean_environment({MARK: self._mark, "WAYLAND_DISPLAY": ""}),
                pass_fds=pass_fds,
                start_new_session=True,
                # not SIGKILL: it still removes its lock
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        except FileNotFoundError as error:
            raise DisplayError(f"{command[0]} is missing: run ./cabine setup") from error
        self._processes.append(process)
        return process


def _write_cookie(path: Path) -> None:
    """Write an Xauthority file with a new MIT-MAGIC-COOKIE-1 for any display."""
    fields = (b"", b"", b"MIT-MAGIC-COOKIE-1", secrets.token_bytes(16))
    counted = b"".join(struct.pack(">H", len(field)) + field for field in fields)
    path.touch(mode=0o600)
    path.write_bytes(struct.pack(">H", FAMILY_WILD) + counted)


async def _first_line(reading: int, seconds: float) -> str:
    """Return the first line that comes from a pipe, without its end; closes the pipe."""
    stream = asyncio.StreamReader()
    pipe, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(reading, "rb")
    )
    try:
        async with asyncio.timeout(seconds):
            return (await stream.readline()).decode("ascii", "replace").strip()
    except TimeoutError:
        return ""
    finally:
        pipe.close()
