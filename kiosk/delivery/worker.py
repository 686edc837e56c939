"""`python -m kiosk.delivery.worker --config DIR --folder UUID`: one consultation's turn, then exit.

The exit status is a `turn.Result`; the one line on stdout is its code (an errno's name or a
refusal's), never anything of a patient.
"""

from __future__ import annotations

import argparse
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from config import BoothConfig, ConfigError, load
from kiosk.delivery.sinks import FolderSink
from kiosk.delivery.turn import Ended, Result, take
from kiosk.record.folders import Folders


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, and return the exit status."""
    parser = argparse.ArgumentParser(prog="kiosk.delivery.worker")
    parser.add_argument("--config", type=Path, required=True)
    # A UUID and nothing else: it becomes a path.
    parser.add_argument("--folder", type=UUID, required=True)
    options = parser.parse_args(arguments)
    # Unwind, so that nothing half written stays in the sink; dying outright is safe too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(Result.BUSY))
    # Ctrl-C reaches the whole group; the scheduler then stops its workers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        config = load(BoothConfig, options.config / "booth.toml")
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return Result.CONFIG
    try:
        ended = take(
            Folders(config.paths.data),
            str(options.folder),
            [FolderSink(config.delivery.folder.path)],
        )
    except Exception as error:  # noqa: BLE001 - the process's edge: the next turn may do better
        ended = Ended(Result.CRASHED, _where(error))
    sys.stdout.write(f"{ended.code}\n")
    return ended.result


def _where(error: Exception) -> str:
    """Return the kind of error and the line it came from; its words could quote the record."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}@{Path(frame.filename).name}:{frame.lineno}"


if __name__ == "__main__":
    sys.exit(main())
