"""The supervisor, on real processes. Conditions are waited for, with deadlines; nothing sleeps."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from cli.supervisor import Ended, Event, Failed, Started, State, Supervisor, SupervisorError
from cli.units import Unit
from tests.mutation import red_under

ROOT = Path(__file__).resolve().parents[2]
SOON = 10.0
UP = "echo up; while :; do sleep 60 & wait $!; done"  # ends at once on SIGTERM


def unit(name: str, script: str = UP, **settings: object) -> Unit:
    base = Unit(
        name=name,
        command=("/bin/sh", "-c", script),
        restart="always",
        restart_delay=0.01,
        start_limit_interval=60,
        start_limit_burst=10,
        stop_timeout=3,
    )
    return replace(base, **settings)  # type: ignore[arg-type]  # a test's own settings


class Watched:
    """A supervisor, and all it has said."""

    def __init__(self, *units: Unit, environment: dict[str, str] | None = None) -> None:
        self.events: list[Event] = []
        self.lines: list[tuple[str, str]] = []
        self._said = asyncio.Event()
        self.supervisor = Supervisor(
            units, environment=environment, on_event=self._event, on_line=self._line
        )

    def _event(self, event: Event) -> None:
        self.events.append(event)
        self._said.set()

    def _line(self, name: str, line: str) -> None:
        self.lines.append((name, line))
        self._said.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(SOON):
            while not condition():
                self._said.clear()
                await self._said.wait()

    async def up(self, *names: str, times: int = 1) -> None:
        await self.until(lambda: all(self.lines.count((n, "up")) >= times for n in names))

    def started(self) -> list[str]:
        return [event.unit for event in self.events if isinstance(event, Started)]


@asynccontextmanager
async def running(
    *units: Unit, environment: dict[str, str] | None = None
) -> AsyncIterator[Watched]:
    watched = Watched(*units, environment=environment)
    try:
        await watched.supervisor.start()
        yield watched
    finally:
        await watched.supervisor.stop()
        for name in watched.supervisor.names:
            assert watched.supervisor.pid(name) is None


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


BOOTH = (
    unit("touch", part_of=("consultation",), after=("consultation",)),
    unit("media", part_of=("consultation",), after=("consultation",)),
    unit("consultation"),
    unit("delivery"),
)


async def test_units_start_after_those_they_come_after_and_stop_before_them() -> None:
    units = (unit("c", after=("b", "elsewhere")), unit("b", after=("a",)), unit("a"))
    async with running(*units) as booth:
        assert booth.started() == ["a", "b", "c"]
    ended = [event.unit for event in booth.events if isinstance(event, Ended)]
    assert ended == ["c", "b", "a"]
    assert all(event.asked for event in booth.events if isinstance(event, Ended))


async def test_a_circle_and_a_name_given_twice_are_refused() -> None:
    with pytest.raises(SupervisorError, match="circle"):
        Supervisor([unit("a", after=("b",)), unit("b", after=("a",))])
    with pytest.raises(SupervisorError, match="twice"):
        Supervisor([unit("a"), unit("a")])


@red_under(
    "cli/supervisor.py",
    old="if names.intersection(slot.unit.part_of)",
    new="if names == set(slot.unit.part_of) == {slot.unit.name}",
)
@pytest.mark.parametrize("end", ["exit", "kill"])
async def test_with_the_consultation_media_and_touch_start_afresh(end: str, tmp_path: Path) -> None:
    """What they hold of the patient who left goes with their processes."""
    leave = tmp_path / "leave"
    os.mkfifo(leave)
    units = [
        replace(u, command=("/bin/sh", "-c", f"echo up; read line < {leave}; exit 0"))
        if u.name == "consultation" and end == "exit"
        else u
        for u in BOOTH
    ]
    async with running(*units) as booth:
        await booth.up("consultation", "media", "touch", "delivery")
        before = {name: booth.supervisor.pid(name) for name in booth.supervisor.names}
        if end == "exit":
            await asyncio.to_thread(leave.write_text, "\n")
        else:
            booth.supervisor.kill("consultation")
        await booth.up("consultation", "media", "touch", times=2)
        after = {name: booth.supervisor.pid(name) for name in booth.supervisor.names}
    assert {n for n in before if before[n] != after[n]} == {"consultation", "media", "touch"}
    fresh = booth.started()[4:]
    assert fresh[0] == "consultation"
    assert sorted(fresh) == ["consultation", "media", "touch"]
    # the old ones had ended before any new one began
    order = [(type(e), e.unit) for e in booth.events[4:] if not isinstance(e, Failed)][:6]
    assert order.index((Started, "consultation")) > order.index((Ended, "media"))
    assert order.index((Started, "consultation")) > order.index((Ended, "touch"))


async def test_media_that_dies_alone_comes_back_alone() -> None:
    async with running(*BOOTH) as booth:
        await booth.up("media")
        before = {name: booth.supervisor.pid(name) for name in booth.supervisor.names}
        count = booth.supervisor.starts("media")
        killed = booth.supervisor.kill("media")
        fresh = await booth.supervisor.wait_restarted("media", since=count, seconds=SOON)
        assert fresh != killed
        after = {name: booth.supervisor.pid(name) for name in booth.supervisor.names}
        assert {n for n in before if before[n] != after[n]} == {"media"}
        assert Ended("media", killed, -9, asked=False) in booth.events


async def test_a_part_that_was_stopped_stays_stopped_when_the_whole_restarts() -> None:
    async with running(*BOOTH) as booth:
        await booth.supervisor.stop("touch")
        await booth.supervisor.restart("consultation")
        assert booth.supervisor.state("touch") is State.INACTIVE
        assert booth.supervisor.starts("media") == 2


async def test_stopping_the_consultation_stops_its_parts_and_only_them() -> None:
    async with running(*BOOTH) as booth:
        await booth.supervisor.stop("consultation")
        states = {name: booth.supervisor.state(name) for name in booth.supervisor.names}
        assert states.pop("delivery") is State.ACTIVE
        assert set(states.values()) == {State.INACTIVE}


async def test_a_wrong_configuration_is_not_started_again() -> None:
    async with running(unit("a", "exit 2", restart_prevented_by=frozenset({2}))) as booth:
        await booth.until(lambda: any(isinstance(e, Failed) for e in booth.events))
        assert booth.supervisor.state("a") is State.FAILED
        assert booth.supervisor.starts("a") == 1
        assert "status 2" in str(booth.events[-1])


async def test_a_unit_that_ends_too_often_is_given_up() -> None:
    async with running(unit("a", "exit 1", start_limit_burst=4)) as booth:
        await booth.until(lambda: any(isinstance(e, Failed) for e in booth.events))
        assert booth.supervisor.starts("a") == 4
        assert "4 times in 60 s" in str(booth.events[-1])


async def test_without_a_start_limit_it_is_never_given_up() -> None:
    settings = {"start_limit_interval": 0, "start_limit_burst": 2, "restart_delay": 0}
    async with running(unit("a", "exit 1", **settings)) as booth:
        await booth.supervisor.wait_until(lambda: booth.supervisor.starts("a") > 6, SOON)
        assert booth.supervisor.state("a") is not State.FAILED


async def test_stopping_while_it_waits_to_restart_leaves_it_stopped() -> None:
    async with running(unit("a", "exit 0", restart_delay=30)) as booth:
        await booth.until(lambda: booth.supervisor.state("a") is State.AUTO_RESTART)
        async with asyncio.timeout(SOON):
            await booth.supervisor.stop()
        assert booth.supervisor.state("a") is State.INACTIVE
        assert booth.supervisor.starts("a") == 1


async def test_what_does_not_end_on_sigterm_is_killed_in_time_with_all_it_started() -> None:
    stubborn = "trap '' TERM; (trap '' TERM; echo pid $$; sleep 600) & echo up; sleep 600; wait"
    async with running(unit("a", stubborn, stop_timeout=0.2)) as booth:
        await booth.up("a")
        main = booth.supervisor.pid("a")
        assert main is not None
        family = [psutil.Process(main), *psutil.Process(main).children(recursive=True)]
        assert len(family) >= 3
        loop = asyncio.get_running_loop()
        begin = loop.time()
        await booth.supervisor.stop()
        assert 0.2 <= loop.time() - begin < 2
    _, alive = psutil.wait_procs(family, timeout=SOON)
    assert alive == []


@red_under(
    "cli/supervisor.py",
    old="kill_group(process.pid)  # systemd's KillMode=",
    new="pass  # ",
)
async def test_what_a_dead_unit_had_started_does_not_outlive_it() -> None:
    async with running(unit("a", "sleep 600 & echo child $!; exit 0", restart="no")) as booth:
        await booth.until(lambda: any(line.startswith("child") for _, line in booth.lines))
        child = int(booth.lines[0][1].split()[1])
        await booth.until(lambda: any(isinstance(e, Ended) for e in booth.events))
    try:
        psutil.Process(child).wait(timeout=SOON)
    except psutil.NoSuchProcess:
        pass
    except psutil.TimeoutExpired:
        os.kill(child, signal.SIGKILL)
        raise


async def test_the_whole_stop_has_a_deadline() -> None:
    units = [unit(f"u{n}", "trap '' TERM; echo up; while :; do sleep 1; done") for n in range(3)]
    chain = [replace(u, after=(f"u{n - 1}",)) for n, u in enumerate(units)]
    async with running(*chain) as booth:
        await booth.up("u0", "u1", "u2")
        loop = asyncio.get_running_loop()
        begin = loop.time()
        await booth.supervisor.stop(seconds=0.5)
        assert loop.time() - begin < 2.5


async def test_lines_are_told_apart_however_they_are_cut() -> None:
    long = "x" * 200_000
    script = (
        f"printf 'one\\ntw'; printf 'o\\n\\377\\n'; printf '%0200000d' 0; printf '\\nlast{'y' * 3}'"
    )
    async with running(unit("a", script, restart="no"), unit("b", "echo b >&2", restart="no")) as b:
        await b.until(lambda: sum(isinstance(e, Ended) for e in b.events) == 2)
    ours = [line for name, line in b.lines if name == "a"]
    assert ours[:3] == ["one", "two", "�"]
    assert "".join(ours[3:]) == "0" * len(long) + "lastyyy"
    assert ("b", "b") in b.lines


async def test_a_program_that_is_not_there_is_said() -> None:
    watched = Watched(Unit(name="a", command=("/nowhere/at/all",)))
    with pytest.raises(SupervisorError, match="/nowhere/at/all: No such file"):
        await watched.supervisor.start()
    assert watched.supervisor.state("a") is State.FAILED
    await watched.supervisor.stop()


async def test_a_unit_gets_a_services_environment_and_what_it_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/stray")
    monkeypatch.setenv("QT_PLUGIN_PATH", "/stray")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
    script = "env; echo mask $(umask); echo core $(ulimit -c); echo in $PWD; echo up"
    settings = {"environment": {"A": "unit", "B": "unit"}, "umask": 0o077, "restart": "no"}
    given = {"B": "ours", "WAYLAND_DISPLAY": ""}
    async with running(unit("a", script, **settings), environment=given) as booth:
        await booth.up("a")
    said = {line for _, line in booth.lines}
    assert {"A=unit", "B=ours", "mask 0077", "core 0", "in /"} <= said
    assert not {line for line in said if line.startswith(("PYTHON", "QT_", "WAYLAND"))}


async def test_killing_what_does_not_run_is_an_error() -> None:
    watched = Watched(unit("a"))
    with pytest.raises(SupervisorError, match="does not run"):
        watched.supervisor.kill("a")
    with pytest.raises(SupervisorError, match="no unit b; there are a"):
        watched.supervisor.kill("b")


ALONE = """
import asyncio
from cli.supervisor import Supervisor
from cli.units import Unit

async def main():
    units = [Unit(name=n, command=("/bin/sleep", "600")) for n in ("a", "b")]
    supervisor = Supervisor(units)
    await supervisor.start()
    print(*(supervisor.pid(n) for n in supervisor.names), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@red_under(
    "cli/processes.py",
    old="_prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)",
    new="_prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0)",
)
def test_a_supervisor_killed_outright_leaves_no_process() -> None:
    supervisor = subprocess.Popen(
        [sys.executable, "-c", ALONE], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    with supervisor:
        assert supervisor.stdout is not None
        children = [psutil.Process(int(pid)) for pid in supervisor.stdout.readline().split()]
        assert len(children) == 2
        supervisor.kill()
    _, alive = psutil.wait_procs(children, timeout=SOON)
    for process in alive:
        process.kill()
    assert alive == []
