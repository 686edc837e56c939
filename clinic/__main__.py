"""`python -m clinic --config DIR`: the clinic service, as DIR/clinic.toml says."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import secrets
import socket
import ssl
import sys
from pathlib import Path

from clinic import records
from clinic.app import create_app
from clinic.clock import SystemClock
from clinic.database import Database
from clinic.errors import StoreError
from clinic.server import base_url, listen, make_server
from config import ClinicConfig, ConfigError, load

WEB = Path(__file__).resolve().parent.parent / "build" / "web"

_log = logging.getLogger("clinic")


def main() -> int:
    """Return the exit status: 0 after SIGTERM or SIGINT, 2 when it cannot run as configured."""
    parser = argparse.ArgumentParser(prog="clinic", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, metavar="DIR")
    folder: Path = parser.parse_args().config
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    os.umask(0o077)
    try:
        return _run(load(ClinicConfig, folder / "clinic.toml"))
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _run(config: ClinicConfig) -> int:
    app = create_app(
        config, web=WEB, clock=SystemClock(), new_token=lambda: secrets.token_urlsafe(32)
    )
    if config.ready_file is not None:
        config.ready_file.unlink(missing_ok=True)
    try:
        asyncio.run(_try_database(config.database))
    except StoreError as error:
        raise ConfigError(str(error)) from error
    with listen(config) as listener:
        address = base_url(listener, config.tls)

        def ready() -> None:
            if config.ready_file is not None:
                _write_whole(config.ready_file, address)
            _notify_supervisor()
            _log.info("listening address=%s", address)

        server = make_server(app, config.tls, ready)
        try:
            server.config.load()
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(f"clinic.toml: [tls] cannot be used ({error})") from error
        try:
            asyncio.run(server.serve(sockets=[listener]))
        finally:
            if config.ready_file is not None:
                config.ready_file.unlink(missing_ok=True)
    return 0


async def _try_database(path: Path) -> None:
    database = Database(path, records.SCHEMA)
    await database.open()
    await database.close()


def _write_whole(path: Path, text: str) -> None:
    """Write so that who reads sees all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def _notify_supervisor() -> None:
    """READY=1, as sd_notify(3) says it."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.sendto(b"READY=1", "\0" + address[1:] if address.startswith("@") else address)


if __name__ == "__main__":
    sys.exit(main())
