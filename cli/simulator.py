"""The simulator process: simulated instruments as peers on real ptys.

`python -m cli.simulator --config DIR` reads DIR/simulator.toml. SIGTERM or SIGINT ends it: ports,
links and sockets are gone. Exit status 2, with one line, where the configuration is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
from pathlib import Path

from config.loader import ConfigError, load
from config.schemas import SimulatedOximeter as OximeterConfig
from config.schemas import SimulatorConfig
from drivers.simulated import control
from drivers.simulated.nonin import Capture, GeneratedPulse, Source
from drivers.simulated.oximeter import Journal, SimulatedOximeter
from drivers.simulated.pty_port import PtyPort

log = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser(prog="simulator", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="folder of simulator.toml")
    file = parser.parse_args(arguments).config / "simulator.toml"
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s"
    )
    try:
        config = load(SimulatorConfig, file)
        if config.oximeter is None:
            raise ConfigError(f"{file}: nothing to simulate; add a table [oximeter]")
        source = source_of(config.oximeter)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        asyncio.run(_until_told_to_stop(config.oximeter, source))
    except OSError as error:  # the link, the journal or the socket cannot be made
        print(f"{file}: {error}", file=sys.stderr)
        return 2
    return 0


def source_of(config: OximeterConfig) -> Source:
    """Return what the oximeter will say. Raises ConfigError for a capture that holds nothing."""
    if config.capture is None:
        return GeneratedPulse(config.spo2, config.pulse_rate, config.seed)
    try:
        return Capture(config.capture.read_bytes())
    except OSError as error:
        raise ConfigError(f"{config.capture}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise ConfigError(f"{config.capture}: {error}") from error


async def _until_told_to_stop(config: OximeterConfig, source: Source) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    finger_file = config.finger_file
    with contextlib.closing(Journal(config.journal)) as journal:
        oximeter = SimulatedOximeter(
            source,
            PtyPort(config.link),
            journal,
            finger=lambda: finger_file is None or finger_file.exists(),
        )
        async with contextlib.AsyncExitStack() as stack:
            if config.control is not None:
                await stack.enter_async_context(control.serve(config.control, oximeter.apply))
            speaking = asyncio.create_task(oximeter.run())
            stopping = asyncio.create_task(stop.wait())
            log.info("simulator_started instrument=oximeter link=%s", config.link)
            await asyncio.wait({speaking, stopping}, return_when=asyncio.FIRST_COMPLETED)
            for task in (speaking, stopping):
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await speaking
    log.info("simulator_stopped instrument=oximeter")


if __name__ == "__main__":
    sys.exit(main())
