"""`./cabine demo`: a booth and its surroundings on this machine, until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import logging
import math
import os
import signal
import sys
from collections import defaultdict, deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from cli.demo_environment import SIMULATOR, DemoEnvironment, DemoError, Options
from cli.display import DisplayError
from cli.patient import PatientError, PatientRobot
from cli.supervisor import Ended, Event, Failed, SupervisorError

_log = logging.getLogger(__name__)


def main(arguments: Sequence[str]) -> int:
    """Return the process's exit status."""
    asked = parse(arguments)
    try:
        return asyncio.run(_demo(asked))
    except (DemoError, DisplayError, SupervisorError) as error:
        print(f"cabine: {error}", file=sys.stderr)
        return 1


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return what was asked for: `patient`, `speaker`, `vnc`, `verbose`."""
    parser = argparse.ArgumentParser(prog="./cabine demo", description=__doc__)
    parser.add_argument("--patient", choices=("auto", "manual"), default="manual")
    parser.add_argument("--speaker", action="store_true")
    parser.add_argument("--vnc", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args(arguments)


async def _demo(asked: argparse.Namespace) -> int:
    """Run until a signal. Cancelled, not stopped: a Ctrl-C while it starts also clears up."""
    work = asyncio.ensure_future(_show(asked))
    told = False

    def stop() -> None:
        nonlocal told
        if not told:  # a second Ctrl-C must not interrupt the clearing up
            told = True
            work.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    with suppress(asyncio.CancelledError):
        await work
    print("\ncabine: stopped; nothing is left of it", flush=True)
    return 0


async def _show(asked: argparse.Namespace) -> None:
    display = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    options = Options(
        virtual_screen=asked.vnc or not display,
        # without it nobody could touch the screen
        vnc=asked.vnc or (not display and asked.patient == "manual"),
        speaker=asked.speaker,
        touch_module="cli.driven_touch" if asked.patient == "auto" else None,
    )
    words = Words(verbose=asked.verbose)
    async with DemoEnvironment(options, on_event=words.event, on_line=words.line) as demo:
        await demo.ready()
        print(instructions(demo, asked.patient), flush=True)
        if asked.patient == "auto":
            await _play_patients(demo.touch_control)
        await asyncio.Event().wait()


async def _play_patients(control: Path) -> NoReturn:
    """Be one patient after the other at the driven touchscreen."""
    while True:
        try:
            async with PatientRobot.on(control) as patient:
                while True:
                    await patient.go("waiting", seconds=math.inf)
                    _say("cabine: a patient is in the waiting room: it is the doctor's turn")
                    await patient.go("meet_doctor", seconds=math.inf)
        except PatientError as error:  # also at each consultation's end: the touchscreen restarts
            _log.info("patient_lost_touch reason=%s", error)
            await asyncio.sleep(0.2)


def instructions(demo: DemoEnvironment, patient: str) -> str:
    """Return what a person needs to be the doctor, and the patient."""
    if patient == "auto":
        touch = "a scripted patient touches it, again and again"
    elif demo.vnc is None:
        touch = "the window that has opened: you are the patient"
    else:
        touch = "on a virtual screen: look at it with VNC, you are the patient"
    lines = [
        "",
        "Télécabine, demonstration. Use invented identities only: nothing is encrypted yet.",
        f"  doctor's page   {demo.doctor_url}   (a browser on this machine)",
        f"    login         {demo.account.login}",
        f"    password      {demo.account.password}",
        f"  touchscreen     {touch}",
    ]
    if demo.vnc is not None:
        port = demo.vnc.port
        lines += [
            f"    VNC           127.0.0.1:{port}   (elsewhere: ssh -L {port}:127.0.0.1:{port} …)",
            f"    password      {demo.vnc.password}",
        ]
    values = f"SpO2 {demo.spo2} %, pulse {demo.pulse_rate}/min (seed {demo.seed})"
    lines += [
        f"  oximeter        simulated: {values}",
        f"  records         {demo.record}",
        "Ctrl-C stops it and removes all of it, records too.",
        "",
    ]
    return "\n".join(lines)


class Words:
    """What the parts write: all of it if `verbose`, else what one that ended badly wrote last."""

    def __init__(self, *, verbose: bool) -> None:
        self._verbose = verbose
        self._last: defaultdict[str, deque[str]] = defaultdict(lambda: deque(maxlen=10))

    def line(self, unit: str, line: str) -> None:
        """A part wrote `line`."""
        if self._verbose:
            _say(f"{_short(unit):>12} | {line}")
        else:
            self._last[unit].append(line)

    def event(self, event: Event) -> None:
        """Something happened to a part."""
        match event:
            case Ended(unit=unit, status=status, asked=False) if status != 0:
                for line in self._last.pop(unit, ()):
                    _say(f"{_short(unit):>12} | {line}")
                _say(f"cabine: {_short(unit)} ended with status {status}")
            case Failed(unit=unit, reason=reason):
                _say(f"cabine: {_short(unit)} stays down: {reason}")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _short(unit: str) -> str:
    return unit if unit == SIMULATOR else unit.removeprefix("telecabine-").removesuffix(".service")
