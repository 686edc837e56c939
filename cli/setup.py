"""`python -m cli.setup verify|build`: the Python half of `./cabine setup`.

`verify`: every library that the parts import loads, so an environment whose system libraries are
missing is told from a whole one. `build`: the doctor's page and the touchscreen's generated files;
each build does nothing when nothing changed.
"""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys

# Those with system libraries behind them, and one of each of the other big ones.
LIBRARIES = (
    "PySide6.QtQuick",
    "PySide6.QtMultimedia",
    "PySide6.QtTest",
    "aiortc",
    "av",
    "cv2",
    "numpy",
    "sounddevice",
    "msgspec",
    "serial",
    "websockets",
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "jwt",
    "starlette",
    "uvicorn",
    "playwright.async_api",
    "psutil",
)
BUILDS = (("the doctor's page", "cli.web"), ("the touchscreen", "cli.qml"))


def unloadable() -> list[str]:
    """Return one line for each library that does not load, with the loader's own words."""
    problems = []
    for name in LIBRARIES:
        try:
            importlib.import_module(name)
        except (ImportError, OSError) as error:  # sounddevice: OSError without PortAudio
            problems.append(f"{name}: {error}")
    return problems


def verify() -> int:
    """Return 0 when every library loads, else 1 after saying which do not."""
    problems = unloadable()
    for problem in problems:
        print(f"cabine: does not load: {problem}", file=sys.stderr)
    if problems:
        print(
            "cabine: a system library is missing: is its package in cli/packages/booth.txt?",
            file=sys.stderr,
        )
    return 1 if problems else 0


def build() -> int:
    """Return 0 when all that is generated is up to date, else 1 after saying what failed."""
    failed = 0
    for what, module in BUILDS:
        done = subprocess.run(
            [sys.executable, "-m", module, "build"], stdin=subprocess.DEVNULL, check=False
        )
        if done.returncode != 0:
            print(
                f"cabine: {what} could not be built (python -m {module} build); its words are"
                " above. If they speak of a registry, check the network and the npm"
                " configuration, then run the same command again.",
                file=sys.stderr,
            )
            failed = 1
    return failed


def main() -> int:
    """Return the process's exit status."""
    parser = argparse.ArgumentParser(prog="python -m cli.setup", description=__doc__)
    parser.add_argument("action", choices=("verify", "build"))
    return verify() if parser.parse_args().action == "verify" else build()


if __name__ == "__main__":
    sys.exit(main())
