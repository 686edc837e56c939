"""`frames.sock`: pictures to the front end as notices, each pointing into a sealed ring.

Newest wins and nothing blocks: what a slow or stopped front end has not taken is replaced, in
the one place kept for each source, and is not even copied until the socket takes notices again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from contracts.media import FrameNotice, Source
from kiosk.media.peer import same_user
from kiosk.media.picture import Picture, packed_planes, scaled
from kiosk.media.ring import Ring

log = logging.getLogger(__name__)

# More than the notices that fit in the socket (SEND_BUFFER): a slot that a waiting notice points
# to is then never written again before the notice is read.
SLOTS = 12
SEND_BUFFER = 2048  # the kernel raises it to its minimum, 4608 bytes: about six notices


@dataclass(slots=True)
class _Output:
    """What one source last had to say. `waiting`: a picture, or None for "stopped"."""

    ring: Ring | None = None
    number: int = 0  # of the ring, as in FrameNotice.ring
    sequence: int = 0
    told: int = 0  # ring number this front end has the descriptor of
    shown: bool = False  # this front end has been given a picture since the last stop
    pending: bool = False
    waiting: Picture | None = None


class FrameServer:
    """Serves one front end at a time; a new connection takes the place of the old one.

    `show` and `stop` are called from the event loop's thread.
    """

    def __init__(self, path: Path, *, on_connection: Callable[[], None] = lambda: None) -> None:
        self._path = path
        self._on_connection = on_connection
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None
        self._unsent = b""  # rest of a line the socket took only in part
        self._outputs = {source: _Output() for source in Source}
        self._writing = False

    @property
    def connected(self) -> bool:
        """Whether a front end is there."""
        return self._client is not None

    def start(self) -> None:
        """Listen. A socket left by a killed process is replaced."""
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        listener.setblocking(False)
        mask = os.umask(0o177)
        try:
            listener.bind(os.fspath(self._path))
        finally:
            os.umask(mask)
        listener.listen(1)
        asyncio.get_running_loop().add_reader(listener, self._accept)
        self._listener = listener

    def close(self) -> None:
        """Stop, wipe the rings, remove the socket."""
        self._drop_client()
        for output in self._outputs.values():
            if output.ring is not None:
                output.ring.close()
                output.ring = None
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None
            with contextlib.suppress(FileNotFoundError):
                self._path.unlink()

    def show(self, source: Source, picture: Picture) -> None:
        """Give the front end this picture, in place of any it has not taken yet."""
        if self._client is None:
            return
        output = self._outputs[source]
        output.waiting = picture
        output.pending = True
        if not self._writing:  # else the socket is full, and says itself when it no longer is
            self._flush()

    def stop(self, source: Source) -> None:
        """Tell the front end to show nothing of this source, and wipe its pictures."""
        output = self._outputs[source]
        output.waiting = None
        if output.ring is not None:
            output.ring.close()
            output.ring = None
        output.pending = output.shown
        if not self._writing:
            self._flush()

    def _accept(self) -> None:
        assert self._listener is not None  # noqa: S101 - the reader is removed before it is closed
        try:
            client, _ = self._listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        if not same_user(client):
            log.error("frames_peer_refused reason=other_user")
            client.close()
            return
        self._drop_client()
        client.setblocking(False)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._client = client
        asyncio.get_running_loop().add_reader(client, self._read)
        log.info("front_end_connected")
        self._on_connection()

    def _read(self) -> None:
        """The front end says nothing here: what can be read is its end."""
        assert self._client is not None  # noqa: S101 - the reader goes with the client
        try:
            said = self._client.recv(256)
        except BlockingIOError:
            return
        except ConnectionError:
            said = b""
        if not said:
            self._drop_client()
            log.info("front_end_gone")

    def _drop_client(self) -> None:
        if self._client is None:
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._client)
        if self._writing:
            loop.remove_writer(self._client)
            self._writing = False
        self._client.close()
        self._client = None
        self._unsent = b""
        for output in self._outputs.values():
            output.told = 0
            output.shown = False
            output.pending = False
            output.waiting = None

    def _flush(self) -> None:
        """Send what waits, as far as the socket takes it; come back when it takes more."""
        client = self._client
        if client is None:
            return
        try:
            done = self._send_unsent(client) and all(
                self._send_output(client, source, output)
                for source, output in self._outputs.items()
                if output.pending
            )
        except ConnectionError:
            self._drop_client()
            return
        if done == self._writing:
            loop = asyncio.get_running_loop()
            if done:
                loop.remove_writer(client)
            else:
                loop.add_writer(client, self._flush)
            self._writing = not done

    def _send_unsent(self, client: socket.socket) -> bool:
        while self._unsent:
            try:
                self._unsent = self._unsent[client.send(self._unsent) :]
            except BlockingIOError:
                return False
        return True

    def _send_output(self, client: socket.socket, source: Source, output: _Output) -> bool:
        """True when sent whole."""
        picture = output.waiting
        if picture is None:
            notice = FrameNotice(
                source=source,
                ring=output.number,
                slots=SLOTS,
                slot=None,
                width=0,
                height=0,
                sequence=output.sequence,
            )
        else:
            notice = self._written(source, output, picture)
        descriptors = (
            [output.ring.fd] if output.ring is not None and output.told != output.number else []
        )
        line = msgspec.json.encode(notice) + b"\n"
        try:
            sent = socket.send_fds(client, [line], descriptors)
        except BlockingIOError:
            return False
        output.told = output.number
        output.shown = picture is not None
        output.pending = False
        output.waiting = None
        self._unsent = line[sent:]
        return not self._unsent

    def _written(self, source: Source, output: _Output, picture: Picture) -> FrameNotice:
        frame = scaled(picture.frame, width=picture.width, height=picture.height)
        ring = output.ring
        if ring is None or (ring.width, ring.height) != (frame.width, frame.height):
            if ring is not None:
                ring.close()
            ring = Ring(width=frame.width, height=frame.height, slots=SLOTS)
            output.ring = ring
            output.number += 1
        output.sequence += 1
        return FrameNotice(
            source=source,
            ring=output.number,
            slots=SLOTS,
            slot=ring.write(packed_planes(frame)),
            width=frame.width,
            height=frame.height,
            sequence=output.sequence,
        )
