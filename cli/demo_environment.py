"""A booth and its surroundings in one private folder: what `./cabine demo` and the tests run.

    async with DemoEnvironment(Options(), on_line=print) as demo:
        await demo.ready()
        ...  # demo.clinic_url, demo.account, demo.supervisor.kill(TOUCH), …

Leaving the block ends every process, and removes every socket and file, whatever happened in it.
When this process is killed, its children die with it, and the next demo removes the folder.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import random
import secrets
import shutil
import string
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cli import broken_content, demo_content
from cli.display import VirtualDisplay, Vnc
from cli.processes import MARK, kill_marked
from cli.supervisor import Event, State, Supervisor
from cli.units import Unit, parse, relocate
from clinic.passwords import hash_password

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "config/demo"
CONTENT = ROOT / "build/demo-content"

CLINIC = "telecabine-clinic.service"
CONSULTATION = "telecabine-consultation.service"
MEDIA = "telecabine-media.service"
TOUCH = "telecabine-touch.service"
DELIVERY = "telecabine-delivery.service"
SIMULATOR = "simulator"
UNITS = (CLINIC, CONSULTATION, MEDIA, TOUCH, DELIVERY)

FOLDER_PREFIX = "telecabine-demo-"
LONGEST_SOCKET = 106  # bytes: QLocalSocket, sockaddr_un


class DemoError(Exception):
    """Why the demo cannot start, and what to do."""


@dataclass(frozen=True)
class Screen:
    """The touchscreen: pixels and millimetres."""

    width_px: int = 1280
    height_px: int = 800
    width_mm: int = 331
    height_mm: int = 207


@dataclass(frozen=True)
class Account:
    """The invented doctor's, new at each run."""

    login: str
    password: str


@dataclass(frozen=True, kw_only=True)
class Options:
    """How the demo is to be. The defaults are those of tests: a virtual screen, sound to a file."""

    virtual_screen: bool = True  # False: a window on this machine's display
    vnc: bool = False
    speaker: bool = False  # the booth's sound on this machine's speaker
    screen: Screen = Screen()
    seed: int | None = None  # of the values below where they are None; None: drawn
    spo2: int | None = None
    pulse_rate: int | None = None
    finger: bool = True  # is in from the start; `DemoEnvironment.finger` changes it
    record: Path | None = None  # the folder sink; None: inside the private folder
    journal: Path | None = None  # of the simulator; likewise
    frozen_camera: bool = False  # always the same picture
    silent_microphone: bool = False
    # In the place of ui.touch: `cli.driven_touch`, which `touch_control` drives.
    touch_module: str | None = None
    # Changes a file's text before it is written: (its name, what the template gave) -> text.
    edit: Callable[[str, str], str] = field(default=lambda _name, text: text)


class DemoEnvironment:
    """Paths, addresses, account and supervisor of one running demo. See the module's text."""

    def __init__(
        self,
        options: Options | None = None,
        *,
        on_event: Callable[[Event], None] = lambda _event: None,
        on_line: Callable[[str, str], None] = lambda _unit, _line: None,
    ) -> None:
        self.options = options or Options()
        self.account = Account("demo", secrets.token_hex(5))
        self.seed = secrets.randbelow(2**31) if self.options.seed is None else self.options.seed
        drawn = random.Random(self.seed)  # noqa: S311 - values of a demo, repeatable by their seed
        spo2, pulse_rate = drawn.randint(91, 99), drawn.randint(52, 118)
        self.spo2 = spo2 if self.options.spo2 is None else self.options.spo2
        self.pulse_rate = pulse_rate if self.options.pulse_rate is None else self.options.pulse_rate
        self.clinic_url = ""
        self.display: VirtualDisplay | None = None
        self.vnc: Vnc | None = None
        self._on_event = on_event
        self._on_line = on_line
        self._folder: Path | None = None
        self._alive: IO[bytes] | None = None
        self._supervisor: Supervisor | None = None

    # --- where things are --------------------------------------------------------------------

    @property
    def folder(self) -> Path:
        """The private folder; also what is given to --config."""
        if self._folder is None:
            raise DemoError("the demo has not been started: async with DemoEnvironment() as demo")
        return self._folder

    @property
    def supervisor(self) -> Supervisor:
        """Starts, restarts and stops the parts."""
        if self._supervisor is None:
            raise DemoError("the demo has not been started: async with DemoEnvironment() as demo")
        return self._supervisor

    @property
    def doctor_url(self) -> str:
        """The doctor's page."""
        return f"{self.clinic_url}/doctor/"

    @property
    def run(self) -> Path:
        """The booth's sockets."""
        return self.folder / "run"

    @property
    def data(self) -> Path:
        """The booth's consultations."""
        return self.folder / "data"

    @property
    def record(self) -> Path:
        """The folder sink."""
        return self.options.record or self.folder / "record"

    @property
    def journal(self) -> Path:
        """JSON lines of all that the simulator sent."""
        return self.options.journal or self.folder / "simulator.jsonl"

    @property
    def simulator_control(self) -> Path:
        """The simulator's control socket (drivers.simulated.control)."""
        return self.folder / "simulator.sock"

    @property
    def touch_control(self) -> Path:
        """The driven touchscreen's control socket (cli.driven_touch)."""
        return self.folder / "touch.sock"

    @property
    def booth_sound(self) -> Path:
        """What the booth's speaker played (WAV), unless `Options.speaker`."""
        return self.folder / "speaker.wav"

    @property
    def environment(self) -> dict[str, str]:
        """What the parts get beside a service's environment: our code, the screen, the mark."""
        ours = {
            "PYTHONPATH": str(ROOT),
            "PYTHONSAFEPATH": "1",
            "PYTHONNOUSERSITE": "1",
            "PYTHONUNBUFFERED": "1",
            "LANG": os.environ.get("LANG", "C.UTF-8"),
            "TMPDIR": str(self.folder / "tmp"),
            # without one, sound libraries leave a folder in /tmp
            "XDG_RUNTIME_DIR": os.environ.get("XDG_RUNTIME_DIR", str(self.folder / "tmp")),
            MARK: str(self.folder),
        }
        if self.display is not None:
            return {**ours, **self.display.environment}
        wayland = "wayland;xcb" if os.environ.get("WAYLAND_DISPLAY") else "xcb"
        return {**ours, "QT_QPA_PLATFORM": wayland}

    def finger(self, *, present: bool) -> None:
        """Put the patient's finger into the simulated oximeter, or take it out."""
        file = self.folder / "finger"
        if present:
            file.touch()
        else:
            file.unlink(missing_ok=True)

    async def tell_simulator(self, command: Mapping[str, object]) -> None:
        """Give the simulated oximeter a fault command (drivers.simulated.faults).

        Raises `DemoError` when it is refused.
        """
        reader, writer = await asyncio.open_unix_connection(self.simulator_control)
        try:
            writer.write(json.dumps(command).encode() + b"\n")
            answer = json.loads(await asyncio.wait_for(reader.readline(), 5.0))
        finally:
            writer.close()
        if not answer["ok"]:
            raise DemoError(f"the simulator refuses {dict(command)}: {answer['error']}")

    # --- life --------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        remove_leftovers()
        try:
            await self._start()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def ready(self, seconds: float = 30.0) -> None:
        """Return when every part runs and the booth listens. Raises `DemoError`."""
        sockets = [self.run / f"{name}.sock" for name in ("view", "live", "media", "frames")]
        if self.options.touch_module is not None:
            sockets.append(self.touch_control)
        names = self.supervisor.names
        await self._wait_for(
            lambda: (
                all(path.exists() for path in sockets)
                and all(self.supervisor.state(name) is State.ACTIVE for name in names)
            ),
            seconds,
        )

    async def close(self) -> None:
        """End all processes, remove all files. Idempotent."""
        if self._supervisor is not None:
            await self._supervisor.stop()
        if self.display is not None:
            await self.display.stop()
        if self._folder is not None:
            kill_marked(str(self._folder))
            shutil.rmtree(self._folder)
            self._folder = None
        if self._alive is not None:
            self._alive.close()
            self._alive = None

    async def _start(self) -> None:
        self._folder, self._alive = _private_folder()
        for folder in (self.run, self.data, self.record, self._folder / "tmp"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.options.finger:
            self.finger(present=True)
        if self.options.virtual_screen:
            size = self.options.screen
            self.display = VirtualDisplay(
                self._folder,
                width=size.width_px,
                height=size.height_px,
                mark=str(self._folder),
            )
            await self.display.start()
            if self.options.vnc:
                self.vnc = await self.display.serve_vnc()
        values = await asyncio.to_thread(self._values)
        self._write("simulator.toml", values)
        self._write("clinic.toml", {**values, "clinic_port": "0"})
        self._supervisor = Supervisor(
            self._units(),
            environment=self.environment,
            on_event=self._on_event,
            on_line=self._on_line,
        )
        await self._supervisor.start(CLINIC)
        address = self._folder / "clinic.url"
        await self._wait_for(lambda: _has_line(address), 20.0)
        self.clinic_url = address.read_text(encoding="utf-8").strip()
        # From now on the same port: after a restart, booth and browser find it where it was.
        self._write("clinic.toml", {**values, "clinic_port": self.clinic_url.rpartition(":")[2]})
        self._write("booth.toml", {**values, "clinic_url": _toml(self.clinic_url)})
        await self._supervisor.start()

    def _units(self) -> list[Unit]:
        cabine = (sys.executable, "-m", "cli")
        units = []
        for name in UNITS:
            unit = parse(name, (ROOT / "systemd" / name).read_text(encoding="utf-8"))
            unit = relocate(unit, cabine=cabine, config=str(self.folder))
            if name == TOUCH and self.options.touch_module is not None:
                module = ("-m", self.options.touch_module, "--config", str(self.folder))
                control = ("--control", str(self.touch_control))
                unit = replace(unit, command=(sys.executable, *module, *control))
            units.append(unit)
        simulator = Unit(
            name=SIMULATOR,
            command=(*cabine, "run", "simulator", "--config", str(self.folder)),
            restart="always",
            restart_prevented_by=frozenset({2}),
            stop_timeout=3.0,
            umask=0o077,
        )
        return [simulator, *(replace(u, after=(*u.after, SIMULATOR)) for u in units)]

    def _values(self) -> dict[str, str]:
        """What goes into the templates, as TOML; makes the device key and the patient's picture."""
        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        device_key = self.folder / "device.pem"
        device_key.touch(mode=0o600)
        device_key.write_bytes(private)
        options = self.options
        content = demo_content.generate(CONTENT)
        camera, microphone = content.patient_video, content.patient_voice
        if options.frozen_camera:
            camera = broken_content.freeze(camera, self.folder / "frozen.mp4")
        if options.silent_microphone:
            microphone = broken_content.silence(microphone, self.folder / "silent.wav")
        speaker = 'device = "default"' if options.speaker else f"file = {_toml(self.booth_sound)}"
        return {
            "screen_width_px": str(options.screen.width_px),
            "screen_height_px": str(options.screen.height_px),
            "screen_width_mm": str(options.screen.width_mm),
            "screen_height_mm": str(options.screen.height_mm),
            "half_duplex": _toml(options.speaker),
            "camera": _toml(camera),
            "microphone": _toml(microphone),
            "speaker": speaker,
            "record": _toml(self.record.absolute()),
            "login": _toml(self.account.login),
            "password_hash": _toml(hash_password(self.account.password)),
            "public_key": _toml(public.decode("ascii")),
            "journal": _toml(self.journal.absolute()),
            "seed": str(self.seed),
            "spo2": str(self.spo2),
            "pulse_rate": str(self.pulse_rate),
        }

    def _write(self, name: str, values: Mapping[str, str]) -> None:
        template = string.Template((TEMPLATES / name).read_text(encoding="utf-8"))
        file = self.folder / name
        file.touch(mode=0o600)
        file.write_text(self.options.edit(name, template.substitute(values)), encoding="utf-8")

    async def _wait_for(self, condition: Callable[[], bool], seconds: float) -> None:
        """Return when `condition()`. Raises `DemoError` when a part stays down, or in the end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not condition():
                    self._refuse_failed()
                    await asyncio.sleep(0.02)
                return
        self._refuse_failed()
        states = ", ".join(f"{n} {self.supervisor.state(n).value}" for n in self.supervisor.names)
        raise DemoError(f"not ready after {seconds:g} s: {states}")

    def _refuse_failed(self) -> None:
        for name in self.supervisor.names:
            if self.supervisor.state(name) is State.FAILED:
                raise DemoError(f"{name} does not stay up; its words are above")


def remove_leftovers() -> list[Path]:
    """Remove the folders, and end the processes, of this person's demos that were killed."""
    removed = []
    for parent in _parents():
        for folder in parent.glob(f"{FOLDER_PREFIX}*"):
            with suppress(OSError):  # another demo is just removing it
                if folder.stat().st_uid == os.getuid() and _is_dead(folder):
                    kill_marked(str(folder))
                    shutil.rmtree(folder)
                    removed.append(folder)
    return removed


def _is_dead(folder: Path) -> bool:
    """Whether nobody holds the lock on its `alive`; without one, it is dead once a minute old."""
    try:
        with (folder / "alive").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except BlockingIOError:
        return False
    except FileNotFoundError:
        return time.time() - folder.stat().st_mtime > 60


def _parents() -> list[Path]:
    """Where private folders are made, best first. Not $TMPDIR: a socket's path must be short."""
    session = os.environ.get("XDG_RUNTIME_DIR")
    return [*([Path(session)] if session else []), Path("/tmp")]  # noqa: S108 - mkdtemp, mode 0700


def _private_folder() -> tuple[Path, IO[bytes]]:
    for parent in _parents():
        # a session's folder is a small memory disk: sound and records must fit
        if parent.is_dir() and shutil.disk_usage(parent).free > 500_000_000:
            folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=parent))
            if len(os.fsencode(folder / "run/frames.sock")) > LONGEST_SOCKET:
                folder.rmdir()
                continue
            alive = (folder / "alive").open("wb")
            fcntl.flock(alive, fcntl.LOCK_EX)
            return folder, alive
    raise DemoError(f"no room for 500 MB in {' or '.join(map(str, _parents()))}: make some")


def _has_line(file: Path) -> bool:
    return file.exists() and bool(file.read_text(encoding="utf-8").strip())


def _toml(value: Any) -> str:
    """`value` as TOML writes it; a JSON string is a TOML basic string."""
    return json.dumps(str(value) if isinstance(value, Path) else value)
