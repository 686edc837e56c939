"""`python -m ui.touch --config DIR`: the booth's touchscreen.

Exit status 0 on SIGTERM or SIGINT; 2, with one line on stderr, for what a person must put right.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import sys
from pathlib import Path

from PySide6.QtCore import QSocketNotifier
from PySide6.QtGui import QGuiApplication

from config import BoothConfig, ConfigError, load
from ui.touch.app import Touch, set_up
from ui.touch.errors import TouchError
from ui.touch.renderer import refuse_software


class QuitOnSignal:
    """SIGTERM and SIGINT end Qt's event loop, which would otherwise never give Python its turn."""

    def __init__(self, application: QGuiApplication) -> None:
        self._application = application
        self._read, self._write = socket.socketpair()
        for end in (self._read, self._write):
            end.setblocking(False)
        signal.set_wakeup_fd(self._write.fileno())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        self._notifier = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._on_signal)

    def _on_signal(self) -> None:
        self._read.recv(64)
        # not quit(): it asks the window to close, and the window refuses
        self._application.exit(0)


def notify_ready() -> None:
    """Tell systemd, if it asked (sd_notify(3))."""
    address = os.environ.get("NOTIFY_SOCKET")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
            end.sendto(b"READY=1", address.replace("@", "\0", 1))


def main(arguments: list[str] | None = None) -> int:
    """Run until told to stop; return the exit status."""
    parser = argparse.ArgumentParser(prog="ui.touch", description="The booth's touchscreen.")
    parser.add_argument("--config", type=Path, required=True, metavar="DIR")
    folder: Path = parser.parse_args(arguments).config
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        config = load(BoothConfig, folder / "booth.toml")
        application = QGuiApplication(sys.argv[:1])
        quitting = QuitOnSignal(application)
        set_up(application, config)
        if not config.screen.allow_software_renderer:
            refuse_software()
        touch = Touch(config)
    except (ConfigError, TouchError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - to the person who starts it
        return 2
    touch.start()
    notify_ready()
    status = application.exec()
    touch.stop()
    del quitting
    return status


if __name__ == "__main__":
    sys.exit(main())
