"""A front end on `frames.sock`: reads notices and copies frames, as the real one does."""

from __future__ import annotations

import array
import asyncio
import fcntl
import mmap
import os
import socket
from collections.abc import Callable
from pathlib import Path

import msgspec

from contracts.media import FrameNotice, Source


class FrontEnd:
    """Connected; reads when asked to, and not otherwise."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(os.fspath(path))
        self.socket.setblocking(False)
        self.descriptors: dict[tuple[Source, int], int] = {}
        self._maps: dict[tuple[Source, int], mmap.mmap] = {}
        self._rest = b""
        self._spare: list[int] = []
        self._ahead: list[FrameNotice] = []

    async def read(self) -> list[FrameNotice]:
        """Wait until something can be read; every whole notice of it. Empty: the end."""
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.add_reader(self.socket, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_reader(self.socket)
        return self.read_now()

    def read_now(self) -> list[FrameNotice]:
        data, ancillary, _, _ = self.socket.recvmsg(65536, socket.CMSG_SPACE(16))
        for level, kind, payload in ancillary:
            assert (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS)
            self._spare += array.array("i", payload[: len(payload) // 4 * 4])
        *lines, self._rest = (self._rest + data).split(b"\n")
        notices = [msgspec.json.decode(line, type=FrameNotice) for line in lines]
        for notice in notices:
            key = (notice.source, notice.ring)
            if notice.slot is not None and key not in self.descriptors:
                self.descriptors[key] = self._spare.pop(0)
                size = notice.slots * notice.width * notice.height * 3 // 2
                self._maps[key] = mmap.mmap(self.descriptors[key], size, prot=mmap.PROT_READ)
        return notices

    async def until(
        self, wanted: Callable[[FrameNotice], bool], *, within: float = 15.0
    ) -> FrameNotice:
        """The first notice for which `wanted(notice)` holds; those before it are dropped."""
        async with asyncio.timeout(within):
            while True:
                while self._ahead:
                    notice = self._ahead.pop(0)
                    if wanted(notice):
                        return notice
                self._ahead = await self.read()
                assert self._ahead or self._rest, "the media process closed frames.sock"

    def frame(self, notice: FrameNotice) -> bytes:
        """The I420 frame a notice points to."""
        assert notice.slot is not None
        size = notice.width * notice.height * 3 // 2
        held = self._maps[notice.source, notice.ring]
        return held[notice.slot * size : (notice.slot + 1) * size]

    def memory(self, notice: FrameNotice) -> bytes:
        """All of a ring."""
        return self._maps[notice.source, notice.ring][:]

    def seals(self, notice: FrameNotice) -> int:
        return fcntl.fcntl(self.descriptors[notice.source, notice.ring], fcntl.F_GET_SEALS)

    def close(self) -> None:
        for held in self._maps.values():
            held.close()
        for descriptor in [*self.descriptors.values(), *self._spare]:
            os.close(descriptor)
        self.socket.close()
