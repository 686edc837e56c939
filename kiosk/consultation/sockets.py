"""JSON lines on Unix sockets, for the booth's other processes. Only our own user may connect."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

LOG = logging.getLogger(__name__)

LONGEST_LINE = 1 << 20
LONGEST_PATH = 106  # sun_path less the final NUL, less what QLocalSocket adds
LOST = (
    1 << 20
)  # bytes a reader may be behind before it is dropped: it connects again, to the newest
BEHIND = 1 << 18  # bytes a reader may be behind before newest-wins traffic is dropped for it


class SocketError(Exception):
    """A socket cannot be made, and what to do."""


class LineServer:
    """Listens at `path`; every connected peer receives what is sent, each line is heard."""

    def __init__(
        self,
        path: Path,
        *,
        joined: Callable[[], None] | None = None,
        left: Callable[[], None] | None = None,
        heard: Callable[[bytes], None] | None = None,
    ) -> None:
        self._path = path
        self._joined = joined
        self._left = left
        self._heard = heard
        self._peers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen, with a file mode of 0600. Raises SocketError."""
        if len(os.fsencode(self._path)) > LONGEST_PATH:
            raise SocketError(f"{self._path}: longer than {LONGEST_PATH} bytes; shorten paths.run")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.unlink(missing_ok=True)
            mask = os.umask(0o177)
            try:
                self._server = await asyncio.start_unix_server(
                    self._serve, self._path, limit=LONGEST_LINE
                )
            finally:
                os.umask(mask)
        except OSError as error:
            raise SocketError(f"{self._path}: cannot listen ({error.strerror})") from error

    @property
    def connected(self) -> bool:
        """Whether a peer is there."""
        return bool(self._peers)

    def send(self, message: Any) -> None:
        """Send to every peer, in order, kept until read. One that does not read is dropped."""
        line = msgspec.json.encode(message) + b"\n"
        for peer in self._peers:
            if peer.transport.get_write_buffer_size() > LOST:
                LOG.error("socket_peer_does_not_read socket=%s", self._path.name)
                peer.transport.abort()
            else:
                peer.write(line)

    def send_newest(self, message: Any) -> None:
        """Send to every peer that keeps up; one that is behind misses it."""
        line = msgspec.json.encode(message) + b"\n"
        for peer in self._peers:
            if peer.transport.get_write_buffer_size() < BEHIND:
                peer.write(line)

    async def close(self) -> None:
        """Stop listening, drop the peers, remove the socket."""
        if self._server is not None:
            self._server.close()
        for peer in tuple(self._peers):
            peer.close()
        self._path.unlink(missing_ok=True)
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not _is_us(writer):
            LOG.error("socket_peer_refused socket=%s", self._path.name)
            writer.close()
            return
        self._peers.add(writer)
        try:
            if self._joined is not None:
                self._joined()
            await self._read(reader)
        finally:
            self._peers.discard(writer)
            writer.close()
            if self._left is not None:
                self._left()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        # A killed peer may raise ConnectionResetError instead of an end of file.
        with contextlib.suppress(ConnectionError):
            while True:
                try:
                    line = await reader.readuntil(b"\n")
                except asyncio.IncompleteReadError:
                    return
                except asyncio.LimitOverrunError:
                    name = self._path.name
                    LOG.error("socket_line_too_long socket=%s", name)  # noqa: TRY400 - said whole
                    return
                if self._heard is not None:
                    self._heard(line)


def _is_us(writer: asyncio.StreamWriter) -> bool:
    peer: socket.socket = writer.get_extra_info("socket")
    credentials = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, uid, _ = struct.unpack("3i", credentials)
    return bool(uid == os.getuid())
