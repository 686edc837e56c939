"""A consultation and a media process that are not there: the front end's peers, on real sockets.

They live in the test's own Qt loop. Nothing sleeps: `until` turns the loop until something is so.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from contracts.media import FrameNotice, Source
from contracts.screen import Intent, IntentMessage, Live, View

SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | 0x0010  # F_SEAL_FUTURE_WRITE, linux/fcntl.h


def until(so: Callable[[], bool], seconds: float = 10.0) -> None:
    """Turn Qt's loop until `so()`; AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    wake = QTimer()
    wake.start(10)
    while not so():
        assert time.monotonic() < deadline, "it did not become so"
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        QCoreApplication.sendPostedEvents()


class Listener:
    """One Unix socket of the consultation, one client at a time."""

    def __init__(self, path: Path) -> None:
        self.lines: list[bytes] = []
        self._rest = b""
        self.client: QLocalSocket | None = None
        self._server = QLocalServer()
        assert self._server.listen(str(path)), self._server.errorString()
        self._server.newConnection.connect(self._on_connection)

    def _on_connection(self) -> None:
        self.client = self._server.nextPendingConnection()
        self.client.readyRead.connect(self._on_ready)

    def _on_ready(self) -> None:
        assert self.client is not None
        *whole, self._rest = (self._rest + self.client.readAll().data()).split(b"\n")
        self.lines += whole

    def send(self, line: bytes) -> None:
        until(lambda: self.client is not None)
        assert self.client is not None
        self.client.write(line + b"\n")
        self.client.flush()

    def die(self) -> None:
        """Go as a killed process goes: connection and listener at once."""
        self._server.close()
        if self.client is not None:
            self.client.abort()
            self.client = None


class FakeConsultation:
    """Sends views and batches of the curve, keeps the intents it receives."""

    def __init__(self, run: Path) -> None:
        self._run = run
        self.rise()

    def rise(self) -> None:
        self.views = Listener(self._run / "view.sock")
        self.lives = Listener(self._run / "live.sock")

    def show(self, view: View) -> None:
        self.views.send(msgspec.json.encode(view))

    def live(self, batch: Live) -> None:
        self.lives.send(msgspec.json.encode(batch))

    @property
    def messages(self) -> list[IntentMessage]:
        return [msgspec.json.decode(line, type=IntentMessage) for line in self.views.lines]

    @property
    def intents(self) -> list[Intent]:
        return [message.intent for message in self.messages]

    def die(self) -> None:
        self.views.die()
        self.lives.die()


class FakeMedia:
    """Sends frames in sealed memfds."""

    def __init__(self, run: Path) -> None:
        self._path = run / "frames.sock"
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(str(self._path))
        self._server.listen(1)
        self._server.setblocking(False)
        self._client: socket.socket | None = None
        self._rings: dict[Source, tuple[int, int, int, mmap.mmap]] = {}
        self._ring = 0
        self._sequence = 0

    def _peer(self) -> socket.socket:
        def came() -> bool:
            if self._client is None:
                try:
                    self._client, _ = self._server.accept()
                except BlockingIOError:
                    return False
            return True

        until(came)
        assert self._client is not None
        return self._client

    def send(
        self, source: Source, width: int, height: int, data: bytes, *, seals: int = SEALS
    ) -> None:
        """Send one frame, in a new memory when its size is new."""
        size = width * height * 3 // 2
        assert len(data) == size
        known = self._rings.get(source)
        descriptors = []
        if known is None or known[1:3] != (width, height):
            descriptor = os.memfd_create("frames", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
            os.ftruncate(descriptor, size * 3)
            memory = mmap.mmap(descriptor, size * 3)
            if seals:
                fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
            self._ring += 1
            known = self._rings[source] = (self._ring, width, height, memory)
            descriptors = [descriptor]
        self._sequence += 1
        slot = self._sequence % 3
        known[3][slot * size : (slot + 1) * size] = data
        notice = FrameNotice(source, known[0], 3, slot, width, height, self._sequence)
        self.notify(notice, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)

    def stop(self, source: Source) -> None:
        ring, width, height, _ = self._rings[source]
        self._sequence += 1
        self.notify(FrameNotice(source, ring, 3, None, width, height, self._sequence), [])

    def notify(self, notice: FrameNotice, descriptors: list[int]) -> None:
        socket.send_fds(self._peer(), [msgspec.json.encode(notice) + b"\n"], descriptors)

    def hung_up(self) -> None:
        """Wait until the front end has hung up; it may come again."""
        peer = self._peer()
        peer.setblocking(False)

        def gone() -> bool:
            try:
                return peer.recv(1) == b""
            except BlockingIOError:
                return False
            except ConnectionResetError:
                return True

        until(gone)
        peer.close()
        self._client = None
        self._rings.clear()

    def die(self) -> None:
        self._server.close()
        self._path.unlink(missing_ok=True)
        if self._client is not None:
            self._client.close()
            self._client = None
