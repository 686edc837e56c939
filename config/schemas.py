"""What each TOML file may say. Unknown keys are errors. Relative paths are relative to the file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

Positive = Annotated[int, Meta(gt=0)]
Port = Annotated[int, Meta(ge=0, le=65535)]
Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,62}\Z")]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A TOML table."""


# --- booth.toml ------------------------------------------------------------------------------


class BoothIdentity(_Table, frozen=True):
    """`id` names the booth to the clinic service; `site` is what a doctor reads."""

    id: Name
    site: str


class BoothPaths(_Table, frozen=True):
    """`run`: sockets (at most 80 bytes). `data`: consultations being held or awaiting delivery."""

    run: Path
    data: Path


class Screen(_Table, frozen=True):
    """The touchscreen as it is, in pixels and millimetres: targets are sized in millimetres.

    `allow_software_renderer`: for demonstrations; a booth without a graphics processor refuses.
    """

    width_px: Positive
    height_px: Positive
    width_mm: Positive
    height_mm: Positive
    fullscreen: bool = True
    allow_software_renderer: bool = False


class Price(_Table, frozen=True):
    """Euro cents. What the act costs, and what the health insurance covers of it."""

    consultation_cents: Annotated[int, Meta(ge=0)]
    covered_cents: Annotated[int, Meta(ge=0)]


class ClinicLink(_Table, frozen=True):
    """`url` of the clinic service; https, or http on loopback. `device_key`: Ed25519, PEM."""

    url: str
    device_key: Path


class Oximeter(_Table, frozen=True):
    """`device`: a name of `drivers.devices`. `port`: a udev name or path, never /dev/ttyUSB0."""

    device: str
    port: Path
    simulated: bool = False
    coaching: bool = True  # advice on the signal: interprets, so it has its own switch
    steady_seconds: Annotated[int, Meta(ge=3, le=60)] = 8
    give_up_seconds: Annotated[int, Meta(ge=10, le=300)] = 60


class Instruments(_Table, frozen=True):
    """The instruments of this booth. One left out is absent."""

    oximeter: Oximeter | None = None


class Camera(_Table, frozen=True):
    """Patient camera: a V4L2 `device` (udev name or path), or a video `file`, played in a loop."""

    device: Path | None = None
    file: Path | None = None
    width: Positive = 1280
    height: Positive = 720
    rate: Positive = 25


class Microphone(_Table, frozen=True):
    """`device`: name of a sound input, `default` for the system's. Or a `file`, looped."""

    device: str | None = None
    file: Path | None = None


class Speaker(_Table, frozen=True):
    """`device`: name of a sound output, `default` for the system's. Or a `file` (WAV) written."""

    device: str | None = None
    file: Path | None = None


class Media(_Table, frozen=True):
    """`half_duplex`: quieten the microphone while the doctor speaks (when nothing cancels echo)."""

    camera: Camera | None = None
    microphone: Microphone | None = None
    speaker: Speaker | None = None
    half_duplex: bool = True
    loopback: bool = False  # offer 127.0.0.1 as a host candidate: one-machine demo and tests


class FolderSink(_Table, frozen=True):
    """Where finished records go."""

    path: Path


class Delivery(_Table, frozen=True):
    """Sinks of the record."""

    folder: FolderSink


class BoothConfig(_Table, frozen=True):
    """booth.toml: read by consultation, media, touch and delivery."""

    booth: BoothIdentity
    paths: BoothPaths
    screen: Screen
    price: Price
    clinic: ClinicLink
    delivery: Delivery
    instruments: Instruments = Instruments()
    media: Media = Media()


# --- clinic.toml -----------------------------------------------------------------------------


class DoctorAccount(_Table, frozen=True):
    """A demo account. `password` is `scrypt$n$r$p$salt$hash` (hex), never the password itself."""

    login: Name
    password: str
    name: str
    specialty: str
    rpps: Annotated[str, Meta(pattern=r"^[0-9]{11}\Z")]


class KnownBooth(_Table, frozen=True):
    """A booth that may connect: its id and Ed25519 public key (PEM)."""

    id: Name
    public_key: str


class Tls(_Table, frozen=True):
    """Certificate chain and key, PEM."""

    certificate: Path
    key: Path


class ClinicConfig(_Table, frozen=True):
    """clinic.toml. `host` other than loopback needs `tls`. `port` 0: any free one."""

    database: Path
    host: str = "127.0.0.1"
    port: Port = 8800
    tls: Tls | None = None
    ready_file: Path | None = None  # written with the address once it listens
    doctors: tuple[DoctorAccount, ...] = ()
    booths: tuple[KnownBooth, ...] = ()
    consultation_minutes: Positive = 15  # for the estimate while nothing has been measured yet
    retention_hours: Positive = 24  # how long what nobody signed for, or took, is kept


# --- simulator.toml --------------------------------------------------------------------------


class SimulatedOximeter(_Table, frozen=True):
    """`link`: where the pty appears. `journal`: JSON lines of all that was sent.

    `finger_file`: the finger is in while this file exists (absent: always in).
    """

    link: Path
    journal: Path | None = None
    finger_file: Path | None = None
    control: Path | None = None  # Unix socket taking fault commands
    seed: int = 1
    spo2: Annotated[int, Meta(ge=0, le=126)] = 97
    pulse_rate: Annotated[int, Meta(ge=0, le=510)] = 72
    capture: Path | None = None  # play these bytes in a loop instead


class SimulatorConfig(_Table, frozen=True):
    """simulator.toml."""

    oximeter: SimulatedOximeter | None = None
