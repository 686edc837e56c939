import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.units import CONFIG, HONOURED, IGNORED, PREFIX, Unit, UnitError, parse, relocate

FOLDER = Path(__file__).resolve().parents[2] / "systemd"
SERVICES = sorted(FOLDER.glob("*.service"))


def unit(service: str = "", head: str = "") -> Unit:
    return parse("x.service", f"[Unit]\n{head}\n[Service]\nExecStart=/bin/true\n{service}\n")


@pytest.mark.parametrize("file", SERVICES, ids=lambda file: file.stem)
def test_each_of_our_units_is_a_part_that_comes_back(file: Path) -> None:
    read = parse(file.name, file.read_text(encoding="utf-8"))
    part = file.stem.removeprefix("telecabine-")
    assert read.command == (f"{PREFIX}/cabine", "run", part, "--config", CONFIG)
    assert read.restart == "always"
    assert read.restart_delay <= 1.0
    assert read.restart_prevented_by == {2}, "a wrong configuration is not started again and again"
    assert read.stop_timeout <= 5
    assert read.umask == 0o077


def test_media_and_touch_end_with_the_consultation_they_showed() -> None:
    for part in ("media", "touch"):
        file = FOLDER / f"telecabine-{part}.service"
        read = parse(file.name, file.read_text(encoding="utf-8"))
        assert "telecabine-consultation.service" in read.part_of
        assert "telecabine-consultation.service" in read.after


def test_delivery_and_clinic_outlive_a_consultation() -> None:
    for part in ("delivery", "clinic"):
        file = FOLDER / f"telecabine-{part}.service"
        read = parse(file.name, file.read_text(encoding="utf-8"))
        assert "telecabine-consultation.service" not in read.part_of


def test_the_booth_target_wants_every_part_of_the_booth() -> None:
    target = (FOLDER / "telecabine-booth.target").read_text(encoding="utf-8")
    for file in SERVICES:
        assert (file.name in target) == (file.stem != "telecabine-clinic")


def test_systemd_itself_has_nothing_to_say_against_our_units(tmp_path: Path) -> None:
    """Program, user and group are of a real booth: here they are replaced by what there is."""
    assert shutil.which("systemd-analyze"), "cli/packages/test.txt installs it"
    for file in (*SERVICES, FOLDER / "telecabine-booth.target"):
        text = file.read_text(encoding="utf-8").replace(f"{PREFIX}/cabine", "/bin/true")
        kept = [line for line in text.splitlines() if not line.startswith(("User=", "Group="))]
        (tmp_path / file.name).write_text("\n".join(kept), encoding="utf-8")
    run = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *sorted(map(str, tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in run.stderr.splitlines() if "telecabine" in line]
    assert ours == [], run.stderr


def test_a_directive_we_do_not_know_is_refused_with_line_and_nearest_name() -> None:
    with pytest.raises(UnitError, match=r"line 5: RestartSecs= .* did you mean RestartSec=\?"):
        unit("RestartSecs=3")


@pytest.mark.parametrize("directive", ["WatchdogSec=10", "ExecStartPre=/bin/true", "KillMode=none"])
def test_what_would_have_to_be_honoured_is_never_passed_over(directive: str) -> None:
    with pytest.raises(UnitError, match=directive.partition("=")[0]):
        unit(directive)


def test_no_directive_is_both_honoured_and_ignored() -> None:
    for section, keys in HONOURED.items():
        assert not keys & IGNORED[section]


@pytest.mark.parametrize(
    "line",
    [
        "Type=notify",
        "Restart=on-abnormal",
        "RestartSec=soon",
        "RestartSec=3fortnights",
        "ExecStart=/bin/false",
        "Environment=NOVALUE",
        "Environment=A=%h",
        "StartLimitBurst=3",
        "LimitCORE=infinity",
        "RestartPreventExitStatus=SIGKILL",
        "no equals sign",
        "[Socket]",
    ],
)
def test_a_value_we_would_treat_otherwise_than_systemd_is_refused(line: str) -> None:
    with pytest.raises(UnitError):
        unit(line)


@pytest.mark.parametrize("command", ["-/bin/true", "true", "/bin/sh -c $HOME", "/bin/echo %n"])
def test_a_command_that_systemd_would_rewrite_is_refused(command: str) -> None:
    with pytest.raises(UnitError, match="ExecStart"):
        parse("x.service", f"[Service]\nExecStart={command}\n")


def test_the_syntax_comments_continuations_repeats_and_resets() -> None:
    read = parse(
        "x.service",
        "# c\n; c\n[Unit]\nAfter=a.service b.service\nAfter=c.service\n"
        "PartOf=old.service\nPartOf=\nPartOf=new.target\n\n"
        "[Service]\nExecStart=/bin/echo one \\\n  'two words' \\\n three\n"
        'Environment="A=b c" D=e\nEnvironment=D=f\n',
    )
    assert read.after == ("a.service", "b.service", "c.service")
    assert read.part_of == ("new.target",)
    assert read.command == ("/bin/echo", "one", "two words", "three")
    assert read.environment == {"A": "b c", "D": "f"}


def test_defaults_are_those_of_systemd() -> None:
    read = unit()
    assert (read.restart, read.restart_delay, read.stop_timeout) == ("no", 0.1, 90.0)
    assert (read.start_limit_interval, read.start_limit_burst) == (10.0, 5)


@pytest.mark.parametrize(
    ("said", "seconds"), [("5", 5), ("100ms", 0.1), ("1min 30s", 90), ("2 h", 7200), ("0", 0)]
)
def test_times(said: str, seconds: float) -> None:
    assert unit(f"RestartSec={said}").restart_delay == pytest.approx(seconds)


@given(minutes=st.integers(0, 99), seconds=st.integers(0, 99), ms=st.integers(0, 999))
def test_parts_of_a_time_add_up(minutes: int, seconds: int, ms: int) -> None:
    read = unit(f"TimeoutStopSec={minutes}min {seconds}s {ms}ms")
    assert read.stop_timeout == pytest.approx(minutes * 60 + seconds + ms / 1000)


@pytest.mark.parametrize(
    ("restart", "status", "again"),
    [
        ("no", 1, False),
        ("always", 0, True),
        ("always", -9, True),
        ("always", 2, False),
        ("on-failure", 0, False),
        ("on-failure", -15, False),
        ("on-failure", 1, True),
        ("on-failure", -9, True),
        ("on-failure", 2, False),
    ],
)
def test_when_a_unit_is_started_again(restart: str, status: int, again: bool) -> None:
    read = unit(f"Restart={restart}\nRestartPreventExitStatus=2")
    assert read.restarts_after(status) is again


def test_relocation_changes_program_and_folder_and_nothing_else() -> None:
    text = f"[Service]\nExecStart={PREFIX}/cabine run media --config {CONFIG}\nRestartSec=3\n"
    moved = relocate(parse("m.service", text), cabine=("py", "-m", "cli"), config="/tmp/x")
    assert moved.command == ("py", "-m", "cli", "run", "media", "--config", "/tmp/x")
    assert moved.restart_delay == 3


def test_relocation_refuses_another_program() -> None:
    with pytest.raises(UnitError, match="/bin/true"):
        relocate(unit(), cabine=("x",), config="/tmp/x")
