"""Pictures in memory shared with one other process, leaving no name behind.

A memfd dies with its last holder, by any kill; sealed SHRINK and GROW so that neither side can
make the other fault, FUTURE_WRITE so that who receives it can only read (memfd_create(2),
fcntl(2)).
"""

from __future__ import annotations

import fcntl
import mmap
import os
from types import TracebackType
from typing import Self

F_SEAL_FUTURE_WRITE = 0x0010  # linux/fcntl.h, since 5.1; named by the fcntl module from 3.12 only
SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | F_SEAL_FUTURE_WRITE


def i420_size(width: int, height: int) -> int:
    """Bytes of one I420 frame, planes tightly packed; `width` and `height` are even."""
    return width * height * 3 // 2


class Ring:
    """`slots` I420 frames of one size in a sealed memfd; only this object writes to it."""

    def __init__(self, *, width: int, height: int, slots: int) -> None:
        self.width = width
        self.height = height
        self.slots = slots
        self.frame_size = i420_size(width, height)
        self._next = 0
        self.fd = os.memfd_create("frames", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            os.ftruncate(self.fd, self.frame_size * slots)
            # Mapped before sealing: FUTURE_WRITE spares mappings that exist.
            self._memory = mmap.mmap(self.fd, self.frame_size * slots)
            fcntl.fcntl(self.fd, fcntl.F_ADD_SEALS, SEALS)
        except OSError:
            os.close(self.fd)
            raise

    def write(self, planes: tuple[memoryview, memoryview, memoryview]) -> int:
        """Copy a frame (planes Y, U, V, tightly packed) into the next slot; return the slot."""
        slot = self._next
        at = slot * self.frame_size
        for plane in planes:
            self._memory[at : at + plane.nbytes] = plane
            at += plane.nbytes
        if at != (slot + 1) * self.frame_size:
            raise ValueError(f"planes of {at - slot * self.frame_size} bytes, not I420")
        self._next = (slot + 1) % self.slots
        return slot

    def close(self) -> None:
        """Wipe the pictures (a reader may still hold the mapping) and let go of the memory."""
        if self._memory.closed:
            return
        self._memory[:] = bytes(len(self._memory))
        self._memory.close()
        os.close(self.fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
