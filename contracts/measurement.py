"""One measured value, or the reason why there is none, with all that lets a doctor trust it."""

from __future__ import annotations

import enum
from datetime import datetime
from decimal import Decimal

import msgspec


class Quantity(enum.Enum):
    """What is measured. Codes (LOINC, IEEE 11073 MDC, UCUM) are in `CODES`."""

    SPO2 = "spo2"
    PULSE_RATE = "pulse_rate"


class Code(msgspec.Struct, frozen=True):
    """How other systems name a quantity."""

    loinc: tuple[str, ...]
    mdc: int
    ucum: str
    display: str


CODES: dict[Quantity, Code] = {
    # 2708-6 is mandatory in the R4 profile, 59408-5 says it was by pulse oximetry.
    Quantity.SPO2: Code(("2708-6", "59408-5"), 150456, "%", "Oxygen saturation by pulse oximetry"),
    Quantity.PULSE_RATE: Code(("8867-4",), 149530, "/min", "Heart rate"),
}


class Quality(enum.Enum):
    """What weakens a value. An empty set means that the device raised nothing."""

    LOW_PERFUSION = "low_perfusion"
    MARGINAL_PERFUSION = "marginal_perfusion"
    ARTIFACT = "artifact"
    OUT_OF_TRACK = "out_of_track"
    UNSTABLE = "unstable"
    IMPLAUSIBLE = "implausible"
    FRAMES_LOST = "frames_lost"
    LOW_BATTERY = "low_battery"


class Absence(enum.Enum):
    """Why there is no value."""

    NO_SIGNAL = "no_signal"
    SENSOR_DISCONNECTED = "sensor_disconnected"
    NO_FINGER = "no_finger"
    DEVICE_ABSENT = "device_absent"
    UNPLUGGED = "unplugged"
    TIMED_OUT = "timed_out"


class Clock(enum.Enum):
    """Whose clock gave the time."""

    DEVICE = "device"
    BOOTH = "booth"


class Device(msgspec.Struct, frozen=True):
    """What measured. `simulated` follows the value everywhere it goes."""

    manufacturer: str
    model: str
    simulated: bool
    serial: str | None = None
    firmware: str | None = None


class Present(msgspec.Struct, frozen=True, tag="present"):
    """An exact decimal and its UCUM unit."""

    value: Decimal
    unit: str


class Absent(msgspec.Struct, frozen=True, tag="absent"):
    """Not a number, and why."""

    reason: Absence


Result = Present | Absent


class Provenance(msgspec.Struct, frozen=True):
    """Where the value came from: the protocol, the decoder's version, the raw bytes' event ids."""

    protocol: str
    decoder: str
    raw: tuple[str, ...] = ()


class Measurement(msgspec.Struct, frozen=True):
    """One value of one quantity.

    `id` is the UUID of the log event that carries it, so that a projection rebuilt is identical.
    """

    id: str
    quantity: Quantity
    result: Result
    device: Device
    taken_at: datetime
    clock: Clock
    provenance: Provenance
    quality: tuple[Quality, ...] = ()
    held_by: str = "patient"
