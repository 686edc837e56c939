"""`./cabine test`: every check of the code, then the tests. All failures are shown."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHELL_SCRIPTS = ("cabine", ".ci/run", "tests/setup/fresh_root.sh")


@dataclass(frozen=True)
class Check:
    """A command that exits 0 when all is well."""

    name: str
    command: tuple[str, ...]


def checks() -> tuple[Check, ...]:
    """Return all but the tests, quickest first."""
    python = sys.executable
    beside = Path(python).parent

    def module(name: str, *arguments: str) -> tuple[str, ...]:
        return (python, "-m", name, *arguments)

    return (
        Check("style", module("ruff", "check", ".")),
        Check("format", module("ruff", "format", "--check", ".")),
        Check("shell", ("shellcheck", *SHELL_SCRIPTS)),
        Check("import rules", (str(beside / "lint-imports"),)),
        Check("contracts in TypeScript", module("cli.contracts", "--check")),
        Check("types, TypeScript", module("cli.web", "check")),
        Check("types, QML", module("cli.qml", "lint")),
        Check("types, Python", module("mypy")),
    )


def main(arguments: Sequence[str]) -> int:
    """Return 0 only when every check and every test passed."""
    parser = argparse.ArgumentParser(
        prog="./cabine test", description=__doc__, epilog="Other arguments go to pytest."
    )
    parser.add_argument("--long", action="store_true", help="the long tests too")
    asked, for_pytest = parser.parse_known_args(arguments)
    chosen = ("--long",) if asked.long else ()
    tests = Check("tests", (sys.executable, "-m", "pytest", *chosen, *for_pytest))
    failed = [check.name for check in (*checks(), tests) if not passes(check)]
    if failed:
        print(f"cabine: FAILED: {', '.join(failed)} (output above)", flush=True)
    else:
        print("cabine: every check and every test passed", flush=True)
    return 1 if failed else 0


def passes(check: Check) -> bool:
    """Run it in the repository, its output on ours. Return whether it exited 0."""
    print(f"cabine: {check.name}: {_readable(check.command)}", flush=True)
    begin = time.monotonic()
    try:
        status = subprocess.run(
            check.command, cwd=ROOT, stdin=subprocess.DEVNULL, env=_environment(), check=False
        ).returncode
    except FileNotFoundError as error:
        print(f"cabine: {error.filename} is missing: run ./cabine setup test", flush=True)
        status = 127
    took = time.monotonic() - begin
    verdict = "passed" if status == 0 else f"FAILED (status {status})"
    print(f"cabine: {check.name}: {verdict}, {took:.1f} s\n", flush=True)
    return status == 0


def _environment() -> dict[str, str]:
    """Ours, with the environment's programs first: a test that calls `python` gets this one."""
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"}


def _readable(command: Sequence[str]) -> str:
    return " ".join(word.replace(str(Path(sys.executable).parent) + "/", "") for word in command)
