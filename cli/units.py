"""What this project uses of systemd's unit files (systemd.syntax, .unit, .service, .exec), pure.

A directive is either honoured by the demo's supervisor, or listed in `IGNORED` with the reason it
may be, or an error: none is passed over in silence.
"""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

PREFIX = "/opt/telecabine"  # where a real booth has this repository
CONFIG = "/etc/telecabine"  # and its configuration


class UnitError(Exception):
    """What is wrong in which unit file, at which line."""


@dataclass(frozen=True)
class Unit:
    """One service. Times in seconds. Directives not written have systemd's defaults."""

    name: str
    command: tuple[str, ...]
    after: tuple[str, ...] = ()
    part_of: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    restart: str = "no"  # no, always, on-failure
    restart_delay: float = 0.1
    restart_prevented_by: frozenset[int] = frozenset()
    start_limit_interval: float = 10.0
    start_limit_burst: int = 5
    stop_timeout: float = 90.0
    umask: int = 0o022

    def restarts_after(self, status: int) -> bool:
        """Whether Restart= starts it again after it ended by itself with `status` (-N: signal N).

        systemd.service, table "Exit causes and the effect of the Restart= settings": exit status 0
        and SIGHUP, SIGINT, SIGTERM, SIGPIPE are clean.
        """
        if status in self.restart_prevented_by or self.restart == "no":
            return False
        return self.restart == "always" or status not in {0, -1, -2, -13, -15}


HONOURED = {
    "Unit": {"After", "PartOf", "StartLimitIntervalSec", "StartLimitBurst"},
    "Service": {
        "Type",
        "ExecStart",
        "Environment",
        "Restart",
        "RestartSec",
        "RestartPreventExitStatus",
        "TimeoutStopSec",
        "UMask",
        "LimitCORE",
    },
    "Install": set(),
}
# Words for people, what needs a system's manager, and walls around a process: without them the demo
# runs the same program as the person who started it.
IGNORED = {
    "Unit": {"Description", "Documentation", "Wants"},
    "Service": {
        "User",
        "Group",
        "SupplementaryGroups",
        "NoNewPrivileges",
        "CapabilityBoundingSet",
        "ProtectSystem",
        "ProtectHome",
        "ProtectProc",
        "ProtectKernelTunables",
        "ProtectKernelModules",
        "ProtectKernelLogs",
        "ProtectControlGroups",
        "ProtectHostname",
        "PrivateTmp",
        "PrivateDevices",
        "ReadWritePaths",
        "RestrictAddressFamilies",
        "RestrictNamespaces",
        "RestrictRealtime",
        "RestrictSUIDSGID",
        "LockPersonality",
        "SystemCallArchitectures",
        "DevicePolicy",
        "DeviceAllow",
    },
    "Install": {"WantedBy"},
}
_UNITS = {
    "": 1.0,
    "s": 1.0,
    "sec": 1.0,
    "ms": 1e-3,
    "us": 1e-6,
    "m": 60.0,
    "min": 60.0,
    "h": 3600.0,
}


def parse(name: str, text: str) -> Unit:
    """Return unit `name` (`telecabine-media.service`) from its file's text.

    Raises `UnitError` for a directive that is neither honoured nor in `IGNORED`, and for a value
    the supervisor would not treat as systemd does.
    """
    said: dict[str, list[tuple[int, str]]] = {}
    for line, section, key, value in _assignments(name, text):
        if key in IGNORED[section]:
            continue
        if key not in HONOURED[section]:
            near = difflib.get_close_matches(key, HONOURED[section] | IGNORED[section], 1, 0.0)
            raise UnitError(
                f"{name}, line {line}: {key}= in [{section}] is neither honoured nor listed as"
                f" ignorable in cli/units.py; did you mean {near[0] if near else 'no key'}=?"
            )
        if value:
            said.setdefault(key, []).append((line, value))
        else:
            said.pop(key, None)  # an empty assignment resets what was said before
    read = _Reader(name, said)
    read.one_of("Type", {"simple", "exec"}, "simple")
    if read.last("LimitCORE", "0") != "0":
        raise UnitError(f"{name}: LimitCORE= is 0 here: a core file holds a patient")
    return Unit(
        name=name,
        command=read.command(),
        after=read.words("After"),
        part_of=read.words("PartOf"),
        environment=read.environment(),
        restart=read.one_of("Restart", {"no", "always", "on-failure"}, "no"),
        restart_delay=read.seconds("RestartSec", 0.1),
        restart_prevented_by=frozenset(read.integers("RestartPreventExitStatus")),
        start_limit_interval=read.seconds("StartLimitIntervalSec", 10.0),
        start_limit_burst=next(iter(read.integers("StartLimitBurst")), 5),
        stop_timeout=read.seconds("TimeoutStopSec", 90.0),
        umask=int(read.last("UMask", "0022"), 8),
    )


def relocate(unit: Unit, *, cabine: tuple[str, ...], config: str) -> Unit:
    """Return `unit` with `cabine` for a real booth's ./cabine, and folder `config` for its own."""
    if unit.command[0] != f"{PREFIX}/cabine":
        raise UnitError(f"{unit.name}: ExecStart= starts {unit.command[0]}, not {PREFIX}/cabine")
    rest = tuple(config if word == CONFIG else word for word in unit.command[1:])
    return replace(unit, command=(*cabine, *rest))


def _assignments(name: str, text: str) -> Iterator[tuple[int, str, str, str]]:
    """Yield (line, section, key, value): systemd.syntax, comments and continuation lines."""
    section = ""
    start, pending = 0, ""
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if line.startswith(("#", ";")) or (not line and not pending):
            continue
        start = start if pending else number
        pending += line
        if pending.endswith("\\"):
            pending = pending[:-1] + " "
            continue
        line, pending = pending, ""
        if match := re.fullmatch(r"\[(.+)\]", line):
            section = match[1]
            if section not in HONOURED:
                raise UnitError(f"{name}, line {start}: unknown section [{section}]")
            continue
        key, equals, value = line.partition("=")
        if not equals or not section:
            raise UnitError(f"{name}, line {start}: expected [Section] or Key=value: {line!r}")
        yield start, section, key.strip(), value.strip()


class _Reader:
    def __init__(self, name: str, said: dict[str, list[tuple[int, str]]]) -> None:
        self._name = name
        self._said = said

    def last(self, key: str, default: str) -> str:
        return self._said[key][-1][1] if key in self._said else default

    def one_of(self, key: str, allowed: set[str], default: str) -> str:
        value = self.last(key, default)
        if value not in allowed:
            raise self._error(key, f"{value!r} is not supported, only {', '.join(sorted(allowed))}")
        return value

    def words(self, key: str) -> tuple[str, ...]:
        return tuple(word for _, value in self._said.get(key, []) for word in value.split())

    def integers(self, key: str) -> list[int]:
        try:
            return [int(word) for word in self.words(key)]
        except ValueError:
            raise self._error(key, "expected whole numbers") from None

    def seconds(self, key: str, default: float) -> float:
        """systemd.time: `100ms`, `1min 30s`, or a bare number of seconds."""
        if key not in self._said:
            return default
        value = self.last(key, "")
        if not re.fullmatch(r"(\s*[0-9.]+\s*[a-z]*)+", value):
            raise self._error(key, f"{value!r} is not a time")
        total = 0.0
        for number, unit in re.findall(r"([0-9.]+)\s*([a-z]*)", value):
            if unit not in _UNITS:
                raise self._error(key, f"{value!r}: unknown unit of time {unit!r}")
            total += float(number) * _UNITS[unit]
        return total

    def environment(self) -> dict[str, str]:
        pairs: dict[str, str] = {}
        for _, value in self._said.get("Environment", []):
            for word in shlex.split(value):
                key, equals, setting = word.partition("=")
                if not equals or "%" in setting:
                    raise self._error("Environment", f"expected NAME=value, no %: {word!r}")
                pairs[key] = setting
        return pairs

    def command(self) -> tuple[str, ...]:
        values = [value for _, value in self._said.get("ExecStart", [])]
        if len(values) != 1:
            raise UnitError(f"{self._name}: exactly one ExecStart= is needed, not {len(values)}")
        if not values[0].startswith("/") or re.search(r"[%$;]", values[0]):
            raise self._error("ExecStart", "an absolute path is needed, and no prefix, %, $ or ;")
        return tuple(shlex.split(values[0]))

    def _error(self, key: str, problem: str) -> UnitError:
        line = self._said[key][-1][0] if key in self._said else 0
        return UnitError(f"{self._name}, line {line}: {key}=: {problem}")
