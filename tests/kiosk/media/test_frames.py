"""Rings and `frames.sock`, with a real reader at the other end of the socket."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import mmap
import os
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest
from av import VideoFrame
from hypothesis import given
from hypothesis import strategies as st

from contracts.media import Source
from kiosk.media.frame_server import SLOTS, FrameServer
from kiosk.media.picture import Picture, packed_planes, scaled
from kiosk.media.ring import Ring
from tests.kiosk.media.front_end import FrontEnd
from tests.mutation import red_under


def picture(value: int, *, width: int = 64, height: int = 36) -> Picture:
    planes = np.full((height * 3 // 2, width), value, dtype=np.uint8)
    return Picture(VideoFrame.from_ndarray(planes, format="yuv420p"), 0)


class Served(FrameServer):
    """A frame server that can be waited for."""

    def __init__(self, path: Path) -> None:
        self.joined = asyncio.Event()
        super().__init__(path, on_connection=self.joined.set)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Served]:
    served = Served(tmp_path / "frames.sock")
    served.start()
    yield served
    served.close()


@contextlib.contextmanager
def front_end(path: Path) -> Iterator[FrontEnd]:
    reader = FrontEnd(path)
    try:
        yield reader
    finally:
        reader.close()


async def joined(server: Served) -> None:
    async with asyncio.timeout(5):
        await server.joined.wait()
    server.joined.clear()


@red_under(
    "kiosk/media/ring.py",
    old="SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | F_SEAL_FUTURE_WRITE",
    new="SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW",
)
def test_who_receives_a_ring_can_neither_write_nor_resize_it() -> None:
    with Ring(width=64, height=36, slots=2) as ring:
        other = os.dup(ring.fd)
        try:
            with pytest.raises(PermissionError):
                mmap.mmap(other, 0)
            with pytest.raises(PermissionError):
                os.pwrite(other, b"x", 0)
            for size in (0, 10_000):
                with pytest.raises(PermissionError):
                    os.ftruncate(other, size)
            assert ring.write(packed_planes(picture(7).frame)) == 0  # the owner still writes
            held = mmap.mmap(other, 0, prot=mmap.PROT_READ)
            assert set(held[: ring.frame_size]) == {7}
            held.close()
        finally:
            os.close(other)


def test_a_frame_of_another_size_is_not_written() -> None:
    with Ring(width=64, height=36, slots=2) as ring, pytest.raises(ValueError, match="not I420"):
        ring.write(packed_planes(picture(1, width=32).frame))


def test_a_closed_ring_is_wiped_for_those_who_still_hold_it() -> None:
    ring = Ring(width=64, height=36, slots=2)
    held = mmap.mmap(os.dup(ring.fd), 0, prot=mmap.PROT_READ)
    ring.write(packed_planes(picture(9).frame))
    assert 9 in set(held[:])
    ring.close()
    assert set(held[:]) == {0}
    held.close()


@given(
    width=st.integers(1, 40).map(lambda n: 2 * n),
    height=st.integers(1, 20).map(lambda n: 2 * n),
    seed=st.integers(0, 2**32 - 1),
)
def test_planes_come_out_packed_whatever_the_decoder_padded(
    width: int, height: int, seed: int
) -> None:
    data = np.random.default_rng(seed).integers(0, 256, (height * 3 // 2, width), dtype=np.uint8)
    frame = VideoFrame(width, height, "yuv420p")  # lines padded to the codec's alignment
    at = 0
    for plane, (w, h) in zip(
        frame.planes,
        [(width, height), (width // 2, height // 2), (width // 2, height // 2)],
        strict=True,
    ):
        padded = np.zeros((h, plane.line_size), dtype=np.uint8)
        padded[:, :w] = data.reshape(-1)[at : at + w * h].reshape(h, w)
        at += w * h
        plane.update(np.pad(padded.reshape(-1), (0, plane.buffer_size - padded.size)).tobytes())
    packed = b"".join(bytes(plane) for plane in packed_planes(frame))
    assert packed == data.tobytes()


def test_odd_sizes_become_even_and_nothing_is_enlarged() -> None:
    odd = scaled(VideoFrame(641, 361, "yuv420p"), width=1280, height=720)
    assert (odd.width, odd.height) == (640, 360)
    tall = scaled(VideoFrame(480, 640, "yuv420p"), width=640, height=360)
    assert (tall.width, tall.height) == (270, 360)


async def test_frames_arrive_exact_with_the_descriptor_once(server: Served, tmp_path: Path) -> None:
    seed = 20260101
    print("seed", seed)
    random = np.random.default_rng(seed)
    assert stat.S_IMODE((tmp_path / "frames.sock").stat().st_mode) == 0o600
    with front_end(tmp_path / "frames.sock") as reader:
        await joined(server)
        for number in range(1, 31):
            planes = random.integers(0, 256, (54, 64), dtype=np.uint8)
            server.show(
                Source.DOCTOR, Picture(VideoFrame.from_ndarray(planes, format="yuv420p"), 0)
            )
            notice = await reader.until(lambda _: True)
            assert (notice.source, notice.sequence, notice.ring) == (Source.DOCTOR, number, 1)
            assert (notice.width, notice.height, notice.slots) == (64, 36, SLOTS)
            assert reader.frame(notice) == planes.tobytes()
        assert len(reader.descriptors) == 1
        assert reader.seals(notice) == fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | 0x10


async def test_a_new_size_is_a_new_ring(server: Served, tmp_path: Path) -> None:
    with front_end(tmp_path / "frames.sock") as reader:
        await joined(server)
        server.show(Source.DOCTOR, picture(1))
        first = await reader.until(lambda _: True)
        server.show(Source.DOCTOR, picture(2, width=32, height=18))
        second = await reader.until(lambda _: True)
        assert second.ring != first.ring
        assert set(reader.frame(second)) == {2}
        assert set(reader.memory(first)) == {0}


@red_under(
    "kiosk/media/frame_server.py",
    old="        output.pending = output.shown\n",
    new="        output.pending = False\n",
)
async def test_a_source_that_stops_says_so_and_leaves_no_picture(
    server: Served, tmp_path: Path
) -> None:
    with front_end(tmp_path / "frames.sock") as reader:
        await joined(server)
        server.show(Source.SELF, picture(5))
        server.show(Source.DOCTOR, picture(6))
        shown = await reader.until(lambda notice: notice.source is Source.DOCTOR)
        server.stop(Source.DOCTOR)
        stopped = await reader.until(lambda notice: notice.slot is None)
        assert stopped.source is Source.DOCTOR
        assert set(reader.memory(shown)) == {0}
        server.show(Source.DOCTOR, picture(8))
        again = await reader.until(lambda notice: notice.source is Source.DOCTOR)
        assert set(reader.frame(again)) == {8}


async def test_a_stopped_reader_costs_nothing_and_wakes_to_the_newest(
    server: Served, tmp_path: Path
) -> None:
    with front_end(tmp_path / "frames.sock") as reader:
        await joined(server)
        for number in range(1, 1001):  # nobody reads: this must not wait, nor fill anything
            server.show(Source.DOCTOR, picture(number % 250))
            await asyncio.sleep(0)
        backlog = reader.read_now()
        assert 1 <= len(backlog) < SLOTS, "a waiting notice's slot could be written again"
        for notice in backlog:  # written once each, and none of them torn or overwritten
            assert set(reader.frame(notice)) == {notice.sequence % 250}
        newest = await reader.until(lambda notice: set(reader.frame(notice)) == {1000 % 250})
        assert newest.sequence < 100, "frames nobody could take were copied"


async def test_a_stop_reaches_a_reader_that_was_slow(server: Served, tmp_path: Path) -> None:
    with front_end(tmp_path / "frames.sock") as reader:
        await joined(server)
        for number in range(100):
            server.show(Source.DOCTOR, picture(number))
        server.stop(Source.DOCTOR)
        last = None
        async with asyncio.timeout(5):
            while last is None or last.slot is not None:
                for last in await reader.read():  # noqa: B007 - the last one counts
                    pass


async def test_a_new_front_end_takes_the_place_of_the_old(server: Served, tmp_path: Path) -> None:
    with front_end(tmp_path / "frames.sock") as old:
        await joined(server)
        server.show(Source.DOCTOR, picture(1))
        await old.until(lambda _: True)
        with front_end(tmp_path / "frames.sock") as new:
            await joined(server)
            assert await old.read() == []
            server.show(Source.DOCTOR, picture(2))
            notice = await new.until(lambda _: True)
            assert set(new.frame(notice)) == {2}
            assert len(new.descriptors) == 1


async def test_a_front_end_that_goes_away_is_let_go_of(server: Served, tmp_path: Path) -> None:
    with front_end(tmp_path / "frames.sock"):
        await joined(server)
        server.show(Source.DOCTOR, picture(1))
    async with asyncio.timeout(5):
        while server.connected:
            server.show(Source.DOCTOR, picture(2))
            await asyncio.sleep(0)
