"""The booth's own sockets, against strangers, killed peers, peers that do not read, and garbage."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest

from contracts import media, screen
from contracts.consultation import Language
from kiosk.consultation.media_link import MediaLink
from kiosk.consultation.screen_link import ScreenLink
from kiosk.consultation.sockets import LONGEST_LINE, LOST, LineServer, SocketError
from tests.mutation import red_under

DEADLINE = 10.0
NOBODY = 65534


class Heard:
    """What a server heard and saw, in order."""

    def __init__(self) -> None:
        self.all: list[object] = []
        self.changed = asyncio.Event()

    def __call__(self, thing: object) -> None:
        self.all.append(thing)
        self.changed.set()

    async def until(self, reached: Callable[[list[object]], bool]) -> None:
        async with asyncio.timeout(DEADLINE):
            while not reached(self.all):
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
async def heard() -> Heard:
    return Heard()


@pytest.fixture
async def server(tmp_path: Path, heard: Heard) -> AsyncIterator[LineServer]:
    server = LineServer(
        tmp_path / "run" / "x.sock",
        joined=lambda: heard("joined"),
        left=lambda: heard("left"),
        heard=heard,
    )
    await server.start()
    yield server
    await server.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "x.sock"


def test_constants_leave_room_for_a_view_and_its_curve() -> None:
    assert LOST >= LONGEST_LINE


async def test_only_we_may_open_it(server: LineServer, path: Path) -> None:
    assert _mode(path) == 0o600
    assert _mode(path.parent) == 0o700


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _open_to_all(path: Path) -> None:
    path.chmod(0o666)
    for folder in path.parents:
        if folder.owner() == "root" and folder.stat().st_mode & 0o1000:  # /tmp
            return
        folder.chmod(0o755)


def _received_by_a_stranger(path: Path) -> int:
    """Return how many bytes another user gets who connects and writes; -1: they could not.

    Forked, not started: our interpreter may be in a folder closed to others.
    """
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setuid(NOBODY)
            with socket.socket(socket.AF_UNIX) as peer:
                peer.settimeout(DEADLINE)
                peer.connect(str(path))
                try:
                    peer.sendall(b"line\n")
                    os._exit(len(peer.recv(100)))
                except (BrokenPipeError, ConnectionResetError):
                    os._exit(0)
        finally:
            os._exit(255)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return -1 if code == 255 else code


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
@red_under("kiosk/consultation/sockets.py", old="bool(uid == os.getuid())", new="bool(uid == uid)")
async def test_another_user_is_refused_though_the_file_lets_them(
    server: LineServer, path: Path, heard: Heard
) -> None:
    _open_to_all(path)
    assert await asyncio.to_thread(_received_by_a_stranger, path) == 0
    _, us = await asyncio.open_unix_connection(path)
    us.write(b"ours\n")
    await heard.until(lambda all_: b"ours\n" in all_)
    assert heard.all == ["joined", b"ours\n"]
    us.close()


async def test_a_line_in_pieces_is_one_line_and_a_line_without_end_is_none(
    server: LineServer, path: Path, heard: Heard
) -> None:
    _, peer = await asyncio.open_unix_connection(path)
    for piece in (b"on", b"e\ntw", b"o\nthree"):
        peer.write(piece)
        await peer.drain()
    peer.close()
    await heard.until(lambda all_: "left" in all_)
    assert heard.all == ["joined", b"one\n", b"two\n", "left"]


async def test_a_line_too_long_ends_that_peer_and_no_other(
    server: LineServer, path: Path, heard: Heard
) -> None:
    _, peer = await asyncio.open_unix_connection(path)
    _, other = await asyncio.open_unix_connection(path)
    peer.write(b"x" * (2 * LONGEST_LINE + 1))
    await heard.until(lambda all_: "left" in all_)
    other.write(b"still here\n")
    await heard.until(lambda all_: b"still here\n" in all_)
    peer.transport.abort()
    other.close()


async def test_a_peer_that_does_not_read_is_dropped_not_kept_in_memory(
    server: LineServer, path: Path, heard: Heard
) -> None:
    _, peer = await asyncio.open_unix_connection(path, limit=1024)
    await heard.until(lambda all_: "joined" in all_)
    size = 1 << 10
    behind = 0
    for _ in range(4 * LOST // size):
        server.send("x" * size)
        behind = max(behind, *(p.transport.get_write_buffer_size() for p in server._peers))
    await heard.until(lambda all_: "left" in all_)
    assert behind <= LOST + 2 * size
    assert not server.connected
    peer.close()


async def test_a_socket_left_by_a_killed_process_is_replaced(tmp_path: Path, heard: Heard) -> None:
    path = tmp_path / "x.sock"
    killed = LineServer(path)
    await killed.start()
    successor = LineServer(path, heard=heard, left=lambda: heard("left"))
    await successor.start()
    _, peer = await asyncio.open_unix_connection(path)
    peer.write(b"line\n")
    peer.close()
    await heard.until(lambda all_: all_ == [b"line\n", "left"])
    await successor.close()
    await killed.close()


async def test_a_path_too_long_is_said(tmp_path: Path) -> None:
    with pytest.raises(SocketError, match=r"shorten paths\.run"):
        await LineServer(tmp_path / ("x" * 120)).start()


async def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SocketError, match="cannot listen"):
        await LineServer(tmp_path / "file" / "x.sock").start()


# --- the front end ---------------------------------------------------------------------------

GARBAGE = [
    b"\n",
    b"{}\n",
    b"\xff\xfe\x00\n",
    b'{"revision":1,"intent":{"type":"give_names","birth_name":"\xff","given_names":"x"}}\n',
    b'{"x":' + b"[" * 200_000 + b"\n",
    b'{"revision":1,"intent":{"type":"open_the_door"}}\n',
    b'{"revision":"1","intent":{"type":"start"}}\n',
]


@pytest.mark.parametrize("garbage", GARBAGE, ids=range(len(GARBAGE)))
async def test_garbage_from_the_front_end_changes_nothing(
    tmp_path: Path, heard: Heard, garbage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    link = ScreenLink(tmp_path, heard=heard)
    await link.start()
    _, peer = await asyncio.open_unix_connection(tmp_path / "view.sock")
    intent = screen.IntentMessage(1, screen.Start())
    peer.write(garbage + msgspec.json.encode(intent) + b"\n")
    await heard.until(bool)
    assert heard.all == [intent]
    assert [record.message.split()[0] for record in caplog.records] == ["screen_link_bad_message"]
    peer.close()
    await link.close()


async def test_who_connects_late_is_shown_the_newest_view_only(
    tmp_path: Path, heard: Heard
) -> None:
    link = ScreenLink(tmp_path, heard=heard)
    await link.start()
    views = [screen.View(n, Language.FR, screen.Hygiene()) for n in (1, 2)]
    for view in views:
        link.show(view)
    reader, peer = await asyncio.open_unix_connection(tmp_path / "view.sock")
    assert msgspec.json.decode(await reader.readline(), type=screen.View) == views[-1]
    peer.close()
    await link.close()


# --- the media process -----------------------------------------------------------------------

HELLO = media.MediaHello(
    camera=True, microphone=True, camera_simulated=False, microphone_simulated=False
)


@pytest.fixture
async def media_link(tmp_path: Path, heard: Heard) -> AsyncIterator[MediaLink]:
    link = MediaLink(tmp_path, heard=heard, gone=lambda: heard("gone"))
    await link.start()
    yield link
    await link.close()


async def test_garbage_from_the_media_process_changes_nothing(
    media_link: MediaLink, tmp_path: Path, heard: Heard
) -> None:
    _, peer = await asyncio.open_unix_connection(tmp_path / "media.sock")
    nested = b'{"type":"media_hello","x":' + b"[" * 200_000 + b"\n"
    wrong = b'{"type":"answered","generation":1,"sdp":"\xff"}\n'
    peer.write(nested + wrong + msgspec.json.encode(HELLO) + b"\n")
    await heard.until(bool)
    assert heard.all == [HELLO]
    peer.close()


async def test_a_killed_media_process_is_gone_only_if_its_successor_is_not_there(
    media_link: MediaLink, tmp_path: Path, heard: Heard
) -> None:
    line = msgspec.json.encode(HELLO) + b"\n"
    _, killed = await asyncio.open_unix_connection(tmp_path / "media.sock")
    reader, successor = await asyncio.open_unix_connection(tmp_path / "media.sock")
    killed.write(line)
    successor.write(line)
    await heard.until(lambda all_: all_ == [HELLO, HELLO])
    killed.transport.abort()
    successor.write(line)  # heard after the other's end, if that had been said
    await heard.until(lambda all_: len(all_) == 3)
    media_link.send(media.CloseCall())
    assert msgspec.json.decode(await reader.readline(), type=media.ToMedia) == media.CloseCall()
    assert heard.all == [HELLO] * 3
    successor.close()
    await heard.until(lambda all_: all_[-1] == "gone")
