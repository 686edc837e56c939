"""`python -m kiosk.media --config DIR`: the media process, from DIR/booth.toml."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from config import BoothConfig, ConfigError, load
from config.schemas import Media
from kiosk.media.cameras import camera_source
from kiosk.media.capture import CaptureThread
from kiosk.media.frame_server import FrameServer
from kiosk.media.link import ConsultationLink
from kiosk.media.microphones import microphone_source
from kiosk.media.session import TICK_S, Session
from kiosk.media.speakers import open_speaker

if TYPE_CHECKING:
    from kiosk.media.engine import Engine

log = logging.getLogger("kiosk.media")


def main() -> int:
    """Return 0 after SIGTERM or SIGINT, 2 where the configuration is wrong."""
    arguments = argparse.ArgumentParser(prog="kiosk.media", description=__doc__)
    arguments.add_argument("--config", type=Path, required=True, metavar="DIR")
    file: Path = arguments.parse_args().config / "booth.toml"
    try:
        config = load(BoothConfig, file)
        _check(config.media, file)
    except ConfigError as error:
        print(error, file=sys.stderr)  # noqa: T201 - for the person who started it
        return 2
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s"
    )
    # These say addresses and SDP at INFO.
    for library in ("aiortc", "aioice", "libav"):
        logging.getLogger(library).setLevel(logging.WARNING)
    asyncio.run(_serve(config))
    return 0


def _check(media: Media, file: Path) -> None:
    """Raise `ConfigError` where a table names neither a device nor a file, or both."""
    for name in ("camera", "microphone", "speaker"):
        table = getattr(media, name)
        if table is not None and (table.device is None) == (table.file is None):
            raise ConfigError(
                f"{file}: [media.{name}] takes either `device` or `file`, one of them"
            )


async def _serve(config: BoothConfig) -> None:
    media = config.media
    config.paths.run.mkdir(mode=0o700, parents=True, exist_ok=True)
    loop = asyncio.get_running_loop()
    # The libraries of a call (half a second) load beside, not before, the first message.
    engine = loop.run_in_executor(None, partial(_load_engine, loopback=media.loopback))
    frames = FrameServer(config.paths.run / "frames.sock")
    session = Session(
        engine=lambda: asyncio.shield(engine),
        frames=frames,
        open_speaker=partial(open_speaker, media.speaker) if media.speaker else None,
        half_duplex=media.half_duplex,
        send=lambda message: link.send(message),  # noqa: PLW0108 - `link` is made below
        clock=time.monotonic,
    )
    if media.camera is not None:
        session.camera = CaptureThread(
            "camera",
            camera_source(media.camera),
            keep=1,
            on_item=session.picture_taken,
            on_presence=session.camera_presence,
        )
    if media.microphone is not None:
        session.microphone = CaptureThread(
            "microphone",
            microphone_source(media.microphone),
            keep=5,
            on_item=session.sound_taken,
            on_presence=session.microphone_presence,
        )
    link = ConsultationLink(
        config.paths.run / "media.sock",
        hello=session.hello,
        obey=session.obey,
        let_go=session.let_go,
    )
    frames.start()
    for device in (session.camera, session.microphone):
        if device is not None:
            device.start()
    ending = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    tasks = [asyncio.create_task(link.run()), asyncio.create_task(_tick(session))]
    _notify_ready()
    stop = asyncio.create_task(ending.wait())
    await asyncio.wait([stop, *tasks], return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    await session.close()
    frames.close()
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome


async def _tick(session: Session) -> None:
    while True:
        session.tick()
        await asyncio.sleep(TICK_S)


def _load_engine(*, loopback: bool) -> Engine:
    from kiosk.media.webrtc import AiortcEngine  # noqa: PLC0415 - slow: see _serve

    return AiortcEngine(loopback=loopback)


def _notify_ready() -> None:
    """sd_notify(3): READY=1, where systemd asks for it."""
    address = os.environ.get("NOTIFY_SOCKET")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notifier:
            notifier.sendto(b"READY=1", address.replace("@", "\0", 1))


if __name__ == "__main__":
    sys.exit(main())
