"""A serial port that is a pty: plugged in and out, reached by a link as udev would make it."""

from __future__ import annotations

import os
import pty
import select
import tty
from pathlib import Path


class PtyPort:
    """The device's end. `link` points at the booth's end while plugged in."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self._master: int | None = None
        self._slave_name = ""

    @property
    def plugged(self) -> bool:
        """Whether the port exists now."""
        return self._master is not None

    def plug(self) -> None:
        """Make the port and its link. Raises OSError where the link cannot be made."""
        if self._master is not None:
            return
        master, slave = pty.openpty()
        try:
            tty.setraw(slave)
            self._slave_name = os.ttyname(slave)
            self.link.parent.mkdir(parents=True, exist_ok=True)
            # a link appears whole, even over one that a killed process left
            fresh = self.link.with_name(f".{self.link.name}.{os.getpid()}")
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(self._slave_name)
            fresh.replace(self.link)
        except OSError:
            os.close(master)
            raise
        finally:
            os.close(slave)
        os.set_blocking(master, False)
        self._master = master

    def unplug(self) -> None:
        """Take the port away, as if the cable were pulled."""
        if self._master is None:
            return
        if self.link.is_symlink() and str(self.link.readlink()) == self._slave_name:
            self.link.unlink()
        os.close(self._master)
        self._master = None

    def write(self, data: bytes) -> int:
        """Return how many bytes went out. The rest is lost, as on a UART: a device never waits."""
        if self._master is None or not _someone_listens(self._master):
            return 0
        try:
            return os.write(self._master, data)
        except OSError:  # its buffer is full, or the booth closed its end just now
            return 0


def _someone_listens(master: int) -> bool:
    poll = select.poll()
    poll.register(master, 0)
    return not any(event & select.POLLHUP for _, event in poll.poll(0))
