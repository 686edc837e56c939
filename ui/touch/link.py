"""A QLocalSocket that finds its peer again by itself."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtNetwork import QLocalSocket

from ui.touch import peer
from ui.touch.errors import TouchError
from ui.touch.lines import LineSplitter

log = logging.getLogger(__name__)

RETRY_MS = 150


class LineLink(QObject):
    """Lines down, lines up. `lost` is emitted at once when the peer goes, then it is sought again.

    Losing and finding are logged once each, not at every try.
    """

    line = Signal(bytes)
    lost = Signal()
    found = Signal()

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._splitter = LineSplitter()
        self._connected = False
        self._socket = QLocalSocket(self)
        self._socket.connected.connect(self._on_connected)
        self._socket.readyRead.connect(self._on_ready)
        self._socket.disconnected.connect(self._on_gone)
        self._socket.errorOccurred.connect(self._on_gone)
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.setInterval(RETRY_MS)
        self._retry.timeout.connect(self._connect)

    def start(self) -> None:
        """Begin to look for the peer."""
        self._connect()

    def stop(self) -> None:
        """Let go of the peer and look for it no more."""
        self._retry.stop()
        self._socket.blockSignals(True)
        self._socket.abort()
        self._connected = False

    def send(self, line: bytes) -> bool:
        """Send one line; False, and nothing sent, while the peer is not there."""
        if not self._connected:
            return False
        self._socket.write(line + b"\n")
        self._socket.flush()
        return True

    def drop(self, because: str) -> None:
        """Leave a peer that cannot be understood, and look for it again."""
        log.error("link_dropped socket=%s reason=%s", self._path.name, because)
        self._socket.abort()
        self._on_gone()

    def _connect(self) -> None:
        if self._socket.state() == QLocalSocket.LocalSocketState.UnconnectedState:
            self._socket.connectToServer(str(self._path))

    def _on_connected(self) -> None:
        try:
            peer.check_descriptor(int(self._socket.socketDescriptor()))
        except TouchError as error:
            log.error("peer_refused socket=%s detail=%s", self._path.name, error)  # noqa: TRY400 - no traceback wanted
            self._socket.abort()
            self._on_gone()
            return
        self._splitter = LineSplitter()
        self._connected = True
        log.info("link_found socket=%s", self._path.name)
        self.found.emit()

    def _on_ready(self) -> None:
        # what is read from a peer that was just refused or dropped is nobody's
        chunk = self._socket.readAll().data()
        if not self._connected:
            return
        try:
            for line in self._splitter.feed(bytes(chunk)):
                if self._connected:  # who hears a line may drop its sender
                    self.line.emit(line)
        except TouchError:
            self.drop("endless_line")

    def _on_gone(self) -> None:
        if self._connected:
            self._connected = False
            log.warning("link_lost socket=%s", self._path.name)
            self.lost.emit()
        self._retry.start()
