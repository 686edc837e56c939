"""`./cabine`, the shell part, in a small tree of its own, with package tools that are scripts.

Whether the real packages are enough is for `fresh_root.sh` to show.
"""

import base64
import hashlib
import os
import re
import shutil
import signal
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mutation import red_under

ROOT = Path(__file__).resolve().parents[2]
# Of the real machine: what POSIX, coreutils and util-linux bring. No apt, no sudo, no dpkg.
TOOLS = """
awk cat chmod cut df dirname env flock fold grep id kill ls mkdir mkfifo mv printf readlink
rm sed sh sha256sum sleep sort touch tr true uname
"""
INSTALLED = 'shift 3; for name; do printf "installed %s\\n" "$name"; done'
SETUP = """
import pathlib, sys
root = pathlib.Path(__file__).resolve().parent.parent
with (root / "calls").open("a") as calls:
    calls.write(sys.argv[1] + "\\n")
gate = root / "gate"
if sys.argv[1] == "verify" and gate.exists():
    print("verifying", flush=True)
    gate.read_text()  # a FIFO: until the test writes
    import small_library
sys.exit(int((root / "verdict").read_text()) if (root / "verdict").exists() else 0)
"""
MAIN = """
import os, sys
print("arguments", *sys.argv[1:])
print("path", *sys.path)
print("safe", sys.flags.safe_path, "user", sys.flags.no_user_site, "opt", sys.flags.optimize)
"""


class Tree:
    """A copy of `cabine` with lists of packages, a lock of one small wheel, and a fake machine."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "booth"
        self.bin = folder / "bin"
        self.bin.mkdir(parents=True)
        (self.root / "cli").mkdir(parents=True)
        shutil.copy(ROOT / "cabine", self.root)
        shutil.copytree(ROOT / "cli/packages", self.root / "cli/packages")
        (self.root / "cli/__init__.py").touch()
        (self.root / "cli/setup.py").write_text(SETUP, encoding="utf-8")
        (self.root / "cli/__main__.py").write_text(MAIN, encoding="utf-8")
        self.wheels = folder / "wheels"
        self.lock("1.0")
        for tool in TOOLS.split():
            found = shutil.which(tool)
            assert found, tool
            (self.bin / tool).symlink_to(found)
        self.fake("dpkg-query", INSTALLED)
        self.fake("dpkg", "exit 0")
        self.fake("apt-cache", 'printf "  Candidate: 1\\n"')
        self.fake("apt-get", 'echo "apt-get $*"')
        self.environment = {
            "PATH": str(self.bin),
            "HOME": str(folder),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
            "DISPLAY": ":1",
        }

    def fake(self, name: str, script: str) -> None:
        file = self.bin / name
        file.unlink(missing_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        file.chmod(0o755)

    def lock(self, version: str) -> None:
        """Make the wheel `small_library` `version`, and lock it."""
        self.wheels.mkdir(exist_ok=True)
        info = f"small_library-{version}.dist-info"
        files = {
            "small_library.py": f"version = {version!r}\n",
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: small-library\nVersion: {version}\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        record = []
        for name, text in files.items():
            raw = hashlib.sha256(text.encode()).digest()
            check = base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
            record.append(f"{name},sha256={check},{len(text)}\n")
        files[f"{info}/RECORD"] = "".join(record) + f"{info}/RECORD,,\n"
        wheel = self.wheels / f"small_library-{version}-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        text = f"small-library=={version} \\\n    --hash=sha256:{digest}\n"
        (self.root / "requirements.lock").write_text(text, encoding="utf-8")

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(self.root / "cabine"), *arguments],
            env={**self.environment, **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def cabine(self, *arguments: str, **more: str) -> tuple[int, str]:
        """Return exit status and all that was said."""
        process = self.start(*arguments, **more)
        said, _ = process.communicate(timeout=120)
        return process.returncode, said

    @property
    def complete(self) -> bool:
        return (self.root / ".venv/complete").exists()

    @property
    def calls(self) -> list[str]:
        file = self.root / "calls"
        return file.read_text(encoding="utf-8").split() if file.exists() else []


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


@pytest.fixture
def gate(tree: Tree) -> Iterator[Path]:
    """Set-up stops in `verify`, its last step before it calls the environment complete."""
    gate = tree.root / "gate"
    os.mkfifo(gate)
    yield gate


def until_said(process: subprocess.Popen[str], words: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if words in line:
            return
    raise AssertionError(f"{words!r} was never said")


# --- refusals ---------------------------------------------------------------------------------


def test_an_unknown_command_is_refused_with_those_there_are(tree: Tree) -> None:
    status, said = tree.cabine("frobnicate")
    assert status == 2
    assert "unknown command 'frobnicate'" in said
    assert "demo" in said


def test_help_needs_nothing(tree: Tree) -> None:
    status, said = tree.cabine("help")
    assert status == 0
    for command in ("setup", "demo", "test", "run", "bench"):
        assert f"\n  {command}" in said
    assert tree.cabine() == (status, said)


def test_where_there_is_no_apt_it_says_what_it_needs(tree: Tree) -> None:
    (tree.bin / "apt-get").unlink()
    status, said = tree.cabine("setup")
    assert status == 1
    assert "apt-get is missing" in said
    assert "Debian 12" in said
    assert not (tree.root / ".venv").exists()


def test_another_processor_is_refused(tree: Tree) -> None:
    tree.fake("uname", "echo riscv64")
    status, said = tree.cabine("setup")
    assert status == 1
    assert "riscv64" in said


def test_without_root_nor_sudo_it_says_what_root_must_type(tree: Tree) -> None:
    tree.fake("dpkg-query", "exit 1")
    tree.fake("id", "echo 1000")
    status, said = tree.cabine("setup")
    assert status == 1
    assert "As root, run: apt-get install --no-install-recommends python3 python3-venv " in said
    assert "\napt-get" not in said, "nothing was tried"


def test_sudo_that_wants_a_password_without_a_terminal_is_said(tree: Tree) -> None:
    tree.fake("dpkg-query", "exit 1")
    tree.fake("id", "echo 1000")
    tree.fake("sudo", "exit 1")
    status, said = tree.cabine("setup")
    assert status == 1
    assert "sudo asks for a password" in said


def test_a_person_with_sudo_installs_through_it_and_owns_the_rest(tree: Tree) -> None:
    done = tree.root / "done"
    tree.fake("dpkg-query", f"[ -e {done} ] && echo installed")
    tree.fake("apt-get", f'[ "$AS_ROOT" ] || exit 77; echo "apt-get $*"; touch {done}')
    tree.fake("id", "echo 1000")
    tree.fake("sudo", '[ "$1" = -n ] || { shift && AS_ROOT=yes exec "$@"; }')
    status, said = tree.cabine("setup")
    assert status == 0, said
    assert "apt-get -o DPkg::Lock::Timeout=600 -q -y install" in said
    assert tree.complete


def test_a_full_disk_is_said_before_anything_is_done(tree: Tree) -> None:
    tree.fake("df", 'printf "head\\nx 1 1 37 1%% /\\n"')
    status, said = tree.cabine("setup")
    assert status == 1
    assert "37 MB free" in said
    assert "needs 2800 MB" in said
    assert not (tree.root / ".venv/bin").exists()


@pytest.mark.parametrize(
    ("apt", "words"),
    [
        ("exit 100", "package servers cannot be reached"),
        ('case "$*" in *" -y "*) exit 100; esac', "could not install the packages"),
        ("exit 0", "these are not installed: python3 "),
    ],
)
def test_when_apt_fails_it_says_so_and_stops(tree: Tree, apt: str, words: str) -> None:
    tree.fake("dpkg-query", "exit 1")
    tree.fake("id", "echo 0")
    tree.fake("apt-get", apt)
    status, said = tree.cabine("setup")
    assert status == 1
    assert words in said
    assert not (tree.root / ".venv").exists()


def test_a_registry_out_of_reach_is_said_and_leaves_nothing_that_looks_whole(tree: Tree) -> None:
    shutil.rmtree(tree.wheels)
    nowhere = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": "http://127.0.0.1:1/simple"}
    status, said = tree.cabine("setup", PIP_RETRIES="0", **nowhere)
    assert status == 1
    assert "the package registry cannot be reached" in said
    assert not tree.complete


def test_a_package_that_is_not_the_locked_one_is_refused(tree: Tree) -> None:
    lock = tree.root / "requirements.lock"
    text = lock.read_text(encoding="utf-8")
    lock.write_text(re.sub(r"sha256:.{4}", "sha256:0000", text), encoding="utf-8")
    status, said = tree.cabine("setup")
    assert status == 1
    assert "DO NOT MATCH THE HASHES" in said
    assert not tree.complete


def test_a_library_that_does_not_load_leaves_nothing_that_looks_whole(tree: Tree) -> None:
    (tree.root / "verdict").write_text("1", encoding="ascii")
    status, _ = tree.cabine("setup")
    assert status == 1
    assert tree.calls == ["verify"]
    assert not tree.complete


# --- what it does -----------------------------------------------------------------------------


def test_packages_are_named_before_they_are_installed_and_only_missing_ones(tree: Tree) -> None:
    done = tree.root / "done"
    missing = f"if [ ! -e {done} ]; then shift 3; for n; do [ $n = python3-venv ] ||"
    tree.fake(
        "dpkg-query", f'{missing} echo "installed $n"; done; else {INSTALLED}; echo installed; fi'
    )
    tree.fake("apt-get", f'echo "apt-get $*"; case "$*" in *" -y "*) touch {done}; esac')
    tree.fake("id", "echo 0")
    status, said = tree.cabine("setup")
    assert status == 0, said
    assert said.index("1 system packages are missing") < said.index("apt-get")
    (install,) = [line for line in said.splitlines() if " -y install " in line]
    assert install.endswith("install --no-install-recommends python3-venv")


def test_of_two_names_the_one_that_apt_knows_is_installed(tree: Tree) -> None:
    tree.fake("dpkg-query", "exit 1")
    tree.fake("id", "echo 0")
    tree.fake(
        "apt-cache",
        'case "$2" in *t64) echo "  Candidate: (none)";; *) echo "  Candidate: 1"; esac',
    )
    _, said = tree.cabine("setup")
    (install,) = [line.split() for line in said.splitlines() if " -y install " in line]
    assert "libasound2" in install
    assert "libasound2t64" not in install


@pytest.mark.parametrize(
    ("arguments", "display", "wanted", "unwanted"),
    [
        (["setup"], ":1", {"python3"}, {"xvfb", "x11vnc", "chromium", "shellcheck"}),
        (["setup"], "", {"xvfb", "x11vnc"}, {"chromium"}),
        (["demo", "--patient", "auto"], "", {"xvfb"}, {"x11vnc", "chromium"}),
        (["demo", "--patient=auto"], "", {"xvfb"}, {"x11vnc", "chromium"}),
        (["demo", "--vnc"], ":1", {"xvfb", "x11vnc"}, {"chromium"}),
        (["demo", "--auto", "--out", "x"], ":1", {"xvfb", "chromium"}, {"x11vnc"}),
        (["test"], ":1", {"xvfb", "x11vnc", "chromium", "shellcheck"}, set()),
        (["bench", "call"], ":1", {"xvfb", "chromium"}, {"x11vnc", "shellcheck"}),
    ],
)
def test_each_command_asks_for_what_it_needs(
    tree: Tree, arguments: list[str], display: str, wanted: set[str], unwanted: set[str]
) -> None:
    tree.fake("dpkg-query", "exit 1")
    tree.fake("id", "echo 1000")
    status, said = tree.cabine(*arguments, DISPLAY=display)
    assert status == 1
    words = set(said.partition("As root, run:")[2].split())
    assert wanted <= words
    assert not unwanted & words


@red_under("cabine", old='! environment_is "$print" || return 0', new=":")
def test_a_second_set_up_installs_nothing(tree: Tree) -> None:
    status, said = tree.cabine("setup")
    assert status == 0, said
    assert "1 locked packages" in said
    assert tree.complete
    status, again = tree.cabine("setup")
    assert status == 0
    assert "locked packages" not in again
    assert tree.calls == ["verify", "build", "build"]


def test_another_lock_makes_another_environment(tree: Tree) -> None:
    assert tree.cabine("setup")[0] == 0
    tree.lock("2.0")
    status, said = tree.cabine("setup")
    assert status == 0
    assert "locked packages" in said
    python = str(tree.root / ".venv/bin/python")
    command = [python, "-c", "import small_library; print(small_library.version)"]
    assert subprocess.check_output(command, text=True) == "2.0\n"


@red_under(
    "cabine",
    old='"$venv/bin/python" -m cli.setup verify 9>&- ||',
    new='echo "$print" >"$venv/complete"; "$venv/bin/python" -m cli.setup verify 9>&- ||',
)
def test_an_interrupted_set_up_does_not_look_whole_and_starts_again(tree: Tree, gate: Path) -> None:
    interrupted = tree.start("setup")
    with interrupted:
        until_said(interrupted, "verifying")
        os.killpg(interrupted.pid, signal.SIGKILL)
    assert not tree.complete
    status, said = tree.cabine("run", "media", "--config", "/tmp")
    assert status == 2
    assert "not set up here" in said
    gate.unlink()
    status, said = tree.cabine("setup")
    assert status == 0, said
    assert "locked packages" in said
    assert tree.complete


def test_two_set_ups_at_once_are_one_after_the_other(tree: Tree, gate: Path) -> None:
    first = tree.start("setup")
    with first:
        until_said(first, "verifying")
        second = tree.start("setup")
        with second:
            until_said(second, "another set-up is running")
            gate.write_text("go", encoding="ascii")
            said, _ = second.communicate(timeout=60)
            assert second.returncode == 0
            assert "locked packages" not in said
        first.communicate(timeout=60)
        assert first.returncode == 0
    assert tree.calls.count("verify") == 1


def test_nothing_of_the_callers_python_reaches_ours(tree: Tree, tmp_path: Path) -> None:
    stray = tmp_path / "stray"
    (stray / "cli").mkdir(parents=True)
    (stray / "cli/__main__.py").write_text("print('stray')", encoding="utf-8")
    status, said = tree.cabine("setup", PYTHONPATH=str(stray))
    assert status == 0, said
    more = {"PYTHONPATH": str(stray), "PYTHONOPTIMIZE": "2", "PYTHONHOME": str(stray)}
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    link = elsewhere / "link"
    link.symlink_to(tree.root / "cabine")
    run = subprocess.run(
        [link, "run", "media", "--config", "x y"],
        env={**tree.environment, **more},
        cwd=stray,
        capture_output=True,
        text=True,
        check=True,
    )
    said = run.stdout
    assert "arguments run media --config x y" in said
    assert f"path {tree.root} " in said
    assert str(stray) not in said
    assert "safe True user 1 opt 0" in said


def test_where_packages_go_cannot_be_changed_from_outside(tree: Tree, tmp_path: Path) -> None:
    away = tmp_path / "away"
    more = {"PIP_TARGET": str(away), "PIP_USER": "1", "PIP_PREFIX": str(away)}
    status, said = tree.cabine("setup", **more)
    assert status == 0, said
    assert not away.exists()
    assert list(tree.root.glob(".venv/lib/*/site-packages/small_library.py"))


# --- the lists --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "file", sorted((ROOT / "cli/packages").glob("*.txt")), ids=lambda f: f.stem
)
def test_a_list_says_debian_names_once(file: Path) -> None:
    lines = [line.partition("#")[0].strip() for line in file.read_text("utf-8").splitlines()]
    names = [name.strip() for line in lines if line for name in line.split("|")]
    assert names
    assert len(names) == len(set(names))
    for name in names:  # Debian policy 5.6.7
        assert re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", name)


def test_every_list_is_asked_for() -> None:
    script = (ROOT / "cabine").read_text(encoding="utf-8")
    asked = {
        word for line in re.findall(r"echo (booth.*?)(?: ;;)?\n", script) for word in line.split()
    }
    assert asked == {file.stem for file in (ROOT / "cli/packages").glob("*.txt")}


def test_the_lock_holds_no_address_and_a_hash_for_each_package() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    packages = re.split(r"\n(?=[a-z0-9])", lock)
    for package in packages:
        assert re.match(r"[a-z0-9.-]+==\S+", package)
        assert "--hash=sha256:" in package
