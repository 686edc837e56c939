"""Child processes that never outlive the one who started them (Linux)."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress

import psutil

PR_SET_PDEATHSIG = 1  # prctl(2)
MARK = "TELECABINE_OWNER"  # in the environment of all that a demo starts

# Loaded here: nothing may be imported between fork and exec.
_prctl = ctypes.CDLL(None, use_errno=True).prctl


def die_with_parent(number: signal.Signals = signal.SIGKILL) -> Callable[[], None]:
    """Return a `preexec_fn`: the child gets `number` when the thread that started it ends.

    Start children from a thread that lives as long as the process: the main one.
    """
    parent = os.getpid()

    def in_child() -> None:
        _prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file holds a patient
        if os.getppid() != parent:  # it ended before prctl
            os._exit(1)

    return in_child


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return what systemd would give a service, a little of the person's session, and `extra`.

    The session's part: where sound and display are. Nothing that changes how Python or Qt work.
    An empty value takes a name out.
    """
    kept = ("HOME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "TZ", "USER")
    session = ("DISPLAY", "PULSE_SERVER", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR")
    ours = {name: os.environ[name] for name in (*kept, *session) if name in os.environ}
    return {name: value for name, value in {**ours, **extra}.items() if value}


def kill_group(leader: int, number: signal.Signals = signal.SIGKILL) -> None:
    """Send `number` to the group that `leader` leads; none left is no error."""
    with suppress(ProcessLookupError):
        os.killpg(leader, number)


def marked(value: str) -> list[psutil.Process]:
    """Return the living processes whose environment has `MARK` set to `value`."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):  # it ended while we looked, or is another person's
            if (
                process.status() != psutil.STATUS_ZOMBIE
                and process.environ().get(MARK) == value
                and process.pid != os.getpid()
            ):
                found.append(process)
    return found


def kill_marked(value: str, seconds: float = 5.0) -> None:
    """Kill what carries the mark, in whatever group it put itself, and wait until it is gone."""
    processes = marked(value)
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=seconds)
