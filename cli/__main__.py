"""`./cabine COMMAND …` ends here, once the machine has what the command needs."""

from __future__ import annotations

import importlib
import sys

# Imported when asked for: `run` starts at each patient, and must not load what `demo` needs.
COMMANDS = {
    "run": "cli.run",
    "demo": "cli.demo",
    "test": "cli.checks",
    "bench": "cli.bench",
}


def main(arguments: list[str]) -> int:
    """Return the process's exit status."""
    if not arguments or arguments[0] not in COMMANDS:
        print(f"./cabine knows: {', '.join(COMMANDS)}", file=sys.stderr)
        return 2
    command, rest = arguments[0], arguments[1:]
    module = "cli.auto" if command == "demo" and "--auto" in rest else COMMANDS[command]
    status: int = importlib.import_module(module).main(rest)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
