"""`./cabine run PART --config DIR`: become one process of the booth or the clinic."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

MODULES = {
    "consultation": "kiosk.consultation",
    "media": "kiosk.media",
    "touch": "ui.touch",
    "delivery": "kiosk.delivery",
    "clinic": "clinic",
    "simulator": "cli.simulator",
}


def main(arguments: Sequence[str]) -> NoReturn:
    """Replace this process by the part's: same pid, so that a supervisor's signals reach it."""
    parser = argparse.ArgumentParser(prog="./cabine run", description=__doc__)
    parser.add_argument("part", choices=sorted(MODULES))
    parser.add_argument("--config", type=Path, required=True, metavar="DIR")
    asked = parser.parse_args(arguments)
    if not asked.config.is_dir():
        parser.error(f"{asked.config} is not a folder: it holds booth.toml or clinic.toml")
    command = [sys.executable, "-m", MODULES[asked.part], "--config", str(asked.config.absolute())]
    sys.stdout.flush()
    os.execv(sys.executable, command)  # noqa: S606  no shell is wanted: our interpreter, our module
