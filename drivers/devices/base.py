"""What a device file says of its model, and the evidence there is for it."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from contracts.measurement import Absence, Device, Quantity
from contracts.screen import Coaching
from drivers.errors import DriverError
from drivers.transport.serial import SerialSettings


class Evidence(enum.Enum):
    """What the decoding of a model was checked against."""

    CAPTURE = "capture"  # bytes a real device sent
    SPECIFICATION = "specification"  # the maker's document alone


@dataclass(frozen=True, slots=True)
class Usb:
    """How udev recognises it; never a tty's number. `product` None: any of this vendor."""

    vendor: int
    product: int | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """Inclusive bounds."""

    low: int
    high: int

    def __contains__(self, value: int) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True, kw_only=True)
class DeviceModel:
    """A model or family, as the person who holds it would describe it."""

    name: str  # in booth.toml
    manufacturer: str
    model: str
    recognise: Usb
    protocol: str
    decoder: str
    settings: SerialSettings
    measures: tuple[Quantity, ...]
    evidence: Evidence
    advice: Mapping[Absence, tuple[Coaching, ...]]  # words, in every language, live in ui/

    def describe(self, *, simulated: bool, firmware: str | None) -> Device:
        """Return what goes with each value."""
        return Device(self.manufacturer, self.model, simulated=simulated, firmware=firmware)


@dataclass(frozen=True, kw_only=True)
class OximeterModel(DeviceModel):
    """A finger oximeter. `*_range`: what it can measure; `*_accurate`: where it states how well."""

    spo2_range: Range
    spo2_accurate: Range
    pulse_range: Range
    pulse_accurate: Range
    has_battery: bool


class UnknownDevice(DriverError):
    """The configuration names a device that no file here describes."""
