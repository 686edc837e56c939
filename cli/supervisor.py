"""The demo's small supervisor: starts and restarts units as systemd would.

What it keeps of systemd (v252), with its names: Restart=, RestartSec=, the start limit,
RestartPreventExitStatus=, After= (starts in that order, stops in reverse), PartOf= (a unit that is
stopped or restarted takes along those that are part of it), TimeoutStopSec= and then SIGKILL to
all that the unit started.

If this process is killed, its children die with it (PR_SET_PDEATHSIG).
"""

from __future__ import annotations

import asyncio
import enum
import os
import signal
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from cli.processes import clean_environment, die_with_parent, kill_group
from cli.units import Unit

LONGEST_LINE = 64 * 1024


class State(enum.Enum):
    """systemd's ActiveState, as far as it is told apart here."""

    INACTIVE = "inactive"
    ACTIVE = "active"
    AUTO_RESTART = "auto-restart"  # ended by itself, waits for RestartSec=
    FAILED = "failed"  # ended, and Restart= or the start limit leave it so


@dataclass(frozen=True)
class Started:
    """A unit's process runs."""

    unit: str
    pid: int


@dataclass(frozen=True)
class Ended:
    """A unit's process ended: `status` is its exit status, -N for signal N. `asked`: by us."""

    unit: str
    pid: int
    status: int
    asked: bool


@dataclass(frozen=True)
class Failed:
    """A unit stays down. `reason` in words."""

    unit: str
    reason: str


Event = Started | Ended | Failed


class SupervisorError(Exception):
    """What cannot be done with which unit."""


@dataclass(eq=False)
class _Slot:
    unit: Unit
    state: State = State.INACTIVE
    process: asyncio.subprocess.Process | None = None
    stopping: bool = False  # its end is asked for
    starts: deque[float] = field(default_factory=deque)
    count: int = 0  # starts in all
    watcher: asyncio.Task[None] | None = None


class Supervisor:
    """Runs `units`. To be used from the main thread, one event loop.

    `on_event` is called, in order, with each `Event`; `on_line` with (unit, line) for what a unit
    writes. `environment` is added to every unit's, over what the unit file says.
    """

    def __init__(
        self,
        units: Iterable[Unit],
        *,
        environment: Mapping[str, str] | None = None,
        on_event: Callable[[Event], None] = lambda _event: None,
        on_line: Callable[[str, str], None] = lambda _unit, _line: None,
    ) -> None:
        self._slots = {unit.name: _Slot(unit) for unit in _in_order(tuple(units))}
        self._environment = dict(environment or {})
        self._on_event = on_event
        self._on_line = on_line
        self._job = asyncio.Lock()  # one start, stop or restart at a time
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    # --- what a caller does ------------------------------------------------------------------

    async def start(self, *names: str) -> None:
        """Start `names` (all: none given), in the order of After=. Running ones are left alone.

        Raises `SupervisorError` when a program cannot be executed.
        """
        self._closing = False
        async with self._job:
            for slot in self._chosen(names):
                if slot.state is not State.ACTIVE:
                    slot.starts.clear()
                    await self._start(slot)

    async def stop(self, *names: str, seconds: float = 8.0) -> None:
        """Stop `names` (all: none given) and what is part of them, last started first.

        SIGTERM, then at the unit's TimeoutStopSec=, or when `seconds` in all are over, SIGKILL.
        Returns when their processes are gone.
        """
        self._closing = not names
        deadline = asyncio.get_running_loop().time() + seconds
        async with self._job:
            await self._stop_all(self._with_parts(self._chosen(names)), deadline)
        if not names:
            for task in tuple(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def restart(self, name: str) -> None:
        """Stop and start `name`, and those running units that are part of it."""
        async with self._job:
            await self._restart(self._slot(name))

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Send `number` to the unit's main process, as an accident would. Return its pid.

        Raises `SupervisorError` when it does not run.
        """
        pid = self._running(name)
        os.kill(pid, number)
        return pid

    def pid(self, name: str) -> int | None:
        """Return the pid of the unit's main process, None when it does not run."""
        process = self._slot(name).process
        return process.pid if process is not None and process.returncode is None else None

    def state(self, name: str) -> State:
        """Return the unit's state."""
        return self._slot(name).state

    def starts(self, name: str) -> int:
        """Return how many times the unit was started: 1 when it never had to be restarted."""
        return self._slot(name).count

    @property
    def names(self) -> tuple[str, ...]:
        """The units, in the order they start."""
        return tuple(self._slots)

    async def wait_until(self, condition: Callable[[], bool], seconds: float) -> None:
        """Return when `condition()`, judged at each event, is true. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(condition)

    async def wait_restarted(self, name: str, *, since: int, seconds: float) -> int:
        """Return the new pid once `name` has been started more than `since` times and runs."""
        await self.wait_until(
            lambda: self.starts(name) > since and self.pid(name) is not None, seconds
        )
        return self._running(name)

    # --- how it is done ----------------------------------------------------------------------

    def _slot(self, name: str) -> _Slot:
        if name not in self._slots:
            raise SupervisorError(f"no unit {name}; there are {', '.join(self._slots)}")
        return self._slots[name]

    def _running(self, name: str) -> int:
        pid = self.pid(name)
        if pid is None:
            raise SupervisorError(f"{name} does not run ({self.state(name).value})")
        return pid

    def _chosen(self, names: Sequence[str]) -> list[_Slot]:
        wanted = {self._slot(name).unit.name for name in names or self._slots}
        return [slot for name, slot in self._slots.items() if name in wanted]

    def _with_parts(self, slots: Sequence[_Slot]) -> list[_Slot]:
        """`slots` and what is part of them, in the order they start."""
        names = {slot.unit.name for slot in slots}
        grown = True
        while grown:
            parts = {n for n, slot in self._slots.items() if names.intersection(slot.unit.part_of)}
            grown = not parts <= names
            names |= parts
        return [slot for name, slot in self._slots.items() if name in names]

    async def _start(self, slot: _Slot) -> None:
        now = asyncio.get_running_loop().time()
        unit = slot.unit
        if unit.start_limit_interval > 0:
            while slot.starts and now - slot.starts[0] > unit.start_limit_interval:
                slot.starts.popleft()
            if len(slot.starts) >= unit.start_limit_burst:
                await self._fail(
                    slot,
                    f"started {unit.start_limit_burst} times in {unit.start_limit_interval:g} s",
                )
                return
        slot.starts.append(now)
        reading, writing = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *unit.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                env=clean_environment({**unit.environment, **self._environment}),
                cwd="/",
                umask=unit.umask,
                start_new_session=True,
                preexec_fn=die_with_parent(),
            )
        except OSError as error:
            os.close(reading)
            await self._fail(slot, f"{unit.command[0]}: {error.strerror}")
            raise SupervisorError(f"{unit.name}: {unit.command[0]}: {error.strerror}") from error
        finally:
            os.close(writing)
        slot.process, slot.stopping, slot.state = process, False, State.ACTIVE
        slot.count += 1
        slot.watcher = self._task(self._watch(slot, process, reading))
        await self._tell(Started(unit.name, process.pid))

    async def _stop_all(self, slots: Sequence[_Slot], deadline: float) -> None:
        """Stop `slots`, those that come After= others before them, the rest side by side."""
        left = list(slots)
        while left:
            needed = {name for slot in left for name in slot.unit.after}
            wave = [slot for slot in left if slot.unit.name not in needed]
            await asyncio.gather(*(self._stop(slot, deadline) for slot in wave))
            left = [slot for slot in left if slot not in wave]

    async def _stop(self, slot: _Slot, deadline: float) -> None:
        loop = asyncio.get_running_loop()
        slot.stopping = True
        process, watcher = slot.process, slot.watcher
        slot.state = State.INACTIVE
        if process is None or watcher is None:
            return
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.terminate()
        patience = max(0.0, min(slot.unit.stop_timeout, deadline - loop.time()))
        done, _ = await asyncio.wait({watcher}, timeout=patience)
        if not done:
            kill_group(process.pid)
            await asyncio.wait({watcher})

    async def _restart(self, slot: _Slot) -> None:
        """Stop what is part of it, then itself; start itself, then those that were not down."""
        parts = [
            part
            for part in self._with_parts([slot])
            if part is slot or part.state in {State.ACTIVE, State.AUTO_RESTART}
        ]
        deadline = asyncio.get_running_loop().time() + max(p.unit.stop_timeout for p in parts)
        await self._stop_all(parts, deadline)
        for part in parts:
            if not self._closing:
                await self._start(part)

    async def _watch(self, slot: _Slot, process: asyncio.subprocess.Process, output: int) -> None:
        """Pass its lines on until its end; then clear up after it, and restart it if due."""
        stream = asyncio.StreamReader()
        pipe, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(output, "rb")
        )
        reader = asyncio.ensure_future(self._read(slot.unit.name, stream))
        status = await process.wait()
        kill_group(process.pid)  # systemd's KillMode=control-group: nothing of it stays
        # What it wrote last is still in the pipe; a grandchild with a session of its own may hold
        # the pipe open, and is not waited for.
        await asyncio.wait({reader}, timeout=0.5)
        pipe.close()
        await reader
        slot.process = None
        asked = slot.stopping
        await self._tell(Ended(slot.unit.name, process.pid, status, asked))
        if asked:
            return
        if slot.unit.restarts_after(status):
            slot.state = State.AUTO_RESTART
            self._task(self._restart_later(slot))
        elif status == 0:
            slot.state = State.INACTIVE
            await self._tell(None)
        else:
            await self._fail(slot, f"ended with status {status}, which Restart= does not mend")

    async def _restart_later(self, slot: _Slot) -> None:
        await asyncio.sleep(slot.unit.restart_delay)
        async with self._job:
            # meanwhile stopped, or restarted along with what it is part of
            if slot.state is State.AUTO_RESTART and not self._closing:
                # an executable gone since: `Failed` has told of it
                with suppress(SupervisorError):
                    await self._restart(slot)

    async def _read(self, name: str, stream: asyncio.StreamReader) -> None:
        rest = b""
        while chunk := await stream.read(LONGEST_LINE):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > LONGEST_LINE:
                lines, rest = [*lines, rest], b""
            for line in lines:
                self._on_line(name, line.decode("utf-8", "replace"))
        if rest:
            self._on_line(name, rest.decode("utf-8", "replace"))

    async def _fail(self, slot: _Slot, reason: str) -> None:
        slot.state = State.FAILED
        await self._tell(Failed(slot.unit.name, reason))

    async def _tell(self, event: Event | None) -> None:
        if event is not None:
            self._on_event(event)
        async with self._changed:
            self._changed.notify_all()

    def _task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _in_order(units: Sequence[Unit]) -> list[Unit]:
    """`units` so that each comes after those of its After= that are among them."""
    names = [unit.name for unit in units]
    if len(set(names)) != len(names):
        raise SupervisorError(f"a unit is given twice: {', '.join(sorted(names))}")
    ordered: list[Unit] = []
    waiting = list(units)
    while waiting:
        left = {unit.name for unit in waiting}
        ready = [unit for unit in waiting if not left.intersection(unit.after)]
        if not ready:
            raise SupervisorError(f"After= goes in a circle: {', '.join(sorted(left))}")
        ordered.append(ready[0])
        waiting.remove(ready[0])
    return ordered
