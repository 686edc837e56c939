"""Frames from the media process: notices on a socket, pictures in sealed memfds."""

from __future__ import annotations

import fcntl
import logging
import mmap
import os
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QSocketNotifier, QTimer

from contracts.media import FrameNotice, Source
from ui.touch import peer
from ui.touch.errors import TouchError
from ui.touch.lines import LineSplitter

log = logging.getLogger(__name__)

RETRY_MS = 250
CHUNK = 64 * 1024
MOST_DESCRIPTORS = 16
LARGEST_SIDE = 4096
# Without these the sender could shrink the memory under our feet (SIGBUS).
NEEDED_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW


@dataclass(frozen=True)
class Frame:
    """I420, planes tightly packed in `data`; valid only while it is being shown."""

    width: int
    height: int
    data: memoryview

    @property
    def planes(self) -> tuple[tuple[int, int], ...]:
        """Width and height of Y, U and V, in bytes and rows."""
        half = (self.width // 2, self.height // 2)
        return ((self.width, self.height), half, half)


class FrameError(TouchError):
    """A notice that cannot be followed."""


class Ring:
    """The memory one source draws in."""

    def __init__(self, descriptor: int, notice: FrameNotice) -> None:
        """Map `descriptor`, which stays the caller's. Raises `FrameError`."""
        if not (
            0 < notice.width <= LARGEST_SIDE
            and 0 < notice.height <= LARGEST_SIDE
            and notice.width % 2 == notice.height % 2 == 0
            and 0 < notice.slots <= 64
        ):
            raise FrameError(f"a picture of {notice.width}x{notice.height} cannot be")
        self.id = notice.ring
        self.width, self.height, self.slots = notice.width, notice.height, notice.slots
        self._frame = notice.width * notice.height * 3 // 2
        size = self._frame * notice.slots
        try:
            seals = fcntl.fcntl(descriptor, fcntl.F_GET_SEALS)
            if seals & NEEDED_SEALS != NEEDED_SEALS:
                raise FrameError("the shared memory of a picture is not sealed")
            if os.fstat(descriptor).st_size < size:
                raise FrameError("the shared memory of a picture is too small")
            self._map = mmap.mmap(descriptor, size, prot=mmap.PROT_READ)
        except OSError as error:
            raise FrameError(f"the shared memory of a picture: {error.strerror}") from error

    def frame(self, slot: int) -> Frame:
        """The frame at `slot`. Raises `FrameError`."""
        if not 0 <= slot < self.slots:
            raise FrameError(f"slot {slot} of {self.slots}")
        start = slot * self._frame
        return Frame(self.width, self.height, memoryview(self._map)[start : start + self._frame])


class FramesReader(QObject):
    """Calls `show(source, frame)` for the newest frame of each source, None when it stopped.

    Looks for the media process again when it goes; then nothing of any source is shown.
    """

    def __init__(
        self,
        path: Path,
        show: Callable[[Source, Frame | None], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._path = path
        self._show = show
        self._decode = msgspec.json.Decoder(FrameNotice).decode
        self._socket: socket.socket | None = None
        self._notifier: QSocketNotifier | None = None
        self._splitter = LineSplitter()
        self._descriptors: deque[int] = deque()
        self._rings: dict[Source, Ring] = {}
        self._held: dict[Source, tuple[int, int]] = {}  # ring and descriptor, not yet mapped
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.setInterval(RETRY_MS)
        self._retry.timeout.connect(self._connect)

    def start(self) -> None:
        """Begin to look for the media process."""
        self._connect()

    def stop(self) -> None:
        """Let go of it and look for it no more."""
        self._retry.stop()
        self._close()

    def _connect(self) -> None:
        end = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            end.setblocking(False)
            end.connect(str(self._path))
            peer.check(end)
        except (OSError, TouchError) as error:
            if isinstance(error, TouchError):
                log.error("peer_refused socket=%s detail=%s", self._path.name, error)  # noqa: TRY400 - no traceback wanted
            end.close()
            self._retry.start()
            return
        self._socket = end
        self._splitter = LineSplitter()
        self._notifier = QSocketNotifier(end.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_ready)
        log.info("link_found socket=%s", self._path.name)

    def _close(self) -> None:
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._notifier.deleteLater()
            self._notifier = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        while self._descriptors:
            os.close(self._descriptors.popleft())
        for _, descriptor in self._held.values():
            os.close(descriptor)
        self._held.clear()
        self._rings.clear()
        for source in Source:
            self._show(source, None)

    def _lost(self, reason: str) -> None:
        log.warning("link_lost socket=%s reason=%s", self._path.name, reason)
        self._close()
        self._retry.start()

    def _on_ready(self) -> None:
        newest: dict[Source, FrameNotice] = {}
        ended = False
        try:
            while not ended:
                chunk = self._receive()
                if chunk is None:
                    break
                ended = not chunk
                for line in self._splitter.feed(chunk):
                    notice = self._decode(line)
                    self._follow(notice)
                    newest[notice.source] = notice
            for source, notice in newest.items():
                frame = None if notice.slot is None else self._rings[source].frame(notice.slot)
                self._show(source, frame)
        except (TouchError, msgspec.DecodeError) as error:
            self._lost(type(error).__name__)
            return
        if ended:
            self._lost("closed")

    def _receive(self) -> bytes | None:
        """What is there now; None when nothing is, empty at the end."""
        if self._socket is None:
            return None
        try:
            chunk, descriptors, _flags, _address = socket.recv_fds(
                self._socket, CHUNK, MOST_DESCRIPTORS
            )
        except BlockingIOError:
            return None
        except OSError:
            return b""
        self._descriptors.extend(descriptors)
        return chunk

    def _follow(self, notice: FrameNotice) -> None:
        ring = self._rings.get(notice.source)
        if notice.slot is None:
            self._hold(notice)
            return
        if ring is not None and ring.id == notice.ring:
            if (ring.width, ring.height, ring.slots) != (notice.width, notice.height, notice.slots):
                raise FrameError("a picture changed its size inside one memory")
            return
        self._hold(notice)
        _, descriptor = self._held.pop(notice.source)
        try:
            self._rings[notice.source] = Ring(descriptor, notice)
        finally:
            os.close(descriptor)

    def _hold(self, notice: FrameNotice) -> None:
        """Take the descriptor that rides with the first notice of a memory, even one that stops.

        A source that has never drawn has no memory: its ring is 0, and nothing rides.
        """
        ring, held = self._rings.get(notice.source), self._held.get(notice.source)
        if notice.ring in (0, ring.id if ring else 0, held[0] if held else 0):
            return
        if not self._descriptors:
            raise FrameError("a new memory was announced and did not come")
        if held is not None:
            os.close(held[1])
        self._held[notice.source] = notice.ring, self._descriptors.popleft()
