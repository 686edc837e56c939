"""`python -m kiosk.delivery --config DIR`: the delivery process. SIGTERM or SIGINT: exit 0."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from config import BoothConfig, ConfigError, load
from kiosk.delivery.plan import Plan
from kiosk.delivery.scheduler import Scheduler, Subprocesses
from kiosk.record.folders import Folders


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, and return the exit status."""
    parser = argparse.ArgumentParser(prog="kiosk.delivery")
    parser.add_argument("--config", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        config = load(BoothConfig, options.config / "booth.toml")
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asyncio.run(_serve(options.config.absolute(), config))
    return 0


async def _serve(folder: Path, config: BoothConfig) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    scheduler = Scheduler(
        Folders(config.paths.data),
        Plan(Random()),  # noqa: S311 - jitter, not a secret
        Subprocesses(folder).run,
        time.monotonic,
    )
    _tell_systemd("READY=1")
    await scheduler.serve(stop)


def _tell_systemd(state: str) -> None:
    """sd_notify(3), when a supervisor listens."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as peer:
        peer.connect("\0" + address[1:] if address.startswith("@") else address)
        peer.sendall(state.encode())


if __name__ == "__main__":
    sys.exit(main())
