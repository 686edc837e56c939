"""The simulator's control socket: a JSON line in is a command, a JSON line out its outcome.

`{"do": "corrupt"}` -> `{"ok": true}`; anything else -> `{"ok": false, "error": "..."}`.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec

from drivers.simulated.faults import Command, CommandRefused

_decoder = msgspec.json.Decoder(Command)


@contextlib.asynccontextmanager
async def serve(path: Path, apply: Callable[[Command], None]) -> AsyncIterator[None]:
    """Listen at `path` (mode 0600) while inside; the socket is gone after. Raises OSError."""
    writers: set[asyncio.StreamWriter] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        try:
            while line := await reader.readline():
                writer.write(msgspec.json.encode(answer(line, apply)) + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):  # gone, or a line beyond the stream's limit
            pass
        finally:
            writers.discard(writer)
            writer.close()

    server = await asyncio.start_unix_server(talk, sock=_bound(path))
    try:
        yield
    finally:
        server.close()
        for writer in list(writers):
            writer.close()
        await server.wait_closed()
        _remove(path)


def _bound(path: Path) -> socket.socket:
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove(path)  # left by a killed process
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(str(path))
        path.chmod(0o600)
    except OSError:
        listening.close()
        raise
    return listening


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def answer(line: bytes, apply: Callable[[Command], None]) -> dict[str, object]:
    """Return what came of one line."""
    try:
        apply(_decoder.decode(line))
    except (msgspec.MsgspecError, CommandRefused, OSError) as error:
        return {"ok": False, "error": str(error)}
    return {"ok": True}
