"""Finger oximeter on USB serial: Nonin OEM III, and Xpod modules that hold one."""

from __future__ import annotations

from contracts.measurement import Absence, Quantity
from contracts.screen import Coaching
from drivers.devices.base import Evidence, OximeterModel, Range, Usb
from drivers.protocols import nonin
from drivers.transport.serial import SerialSettings

NONIN_OEM3 = OximeterModel(
    name="nonin-oem3",
    manufacturer="Nonin Medical",
    model="OEM III",
    recognise=Usb(vendor=0x1C3D),
    protocol=nonin.PROTOCOL,
    decoder=nonin.DECODER,
    # The module must be strapped (or ordered) for serial data format 2: it takes no command.
    settings=SerialSettings(baud=9600, data_bits=8, parity="none", stop_bits=1),
    measures=(Quantity.SPO2, Quantity.PULSE_RATE),
    evidence=Evidence.CAPTURE,
    # OEM III specification, "Oxygen saturation range", "Pulse rate range", "Accuracy".
    spo2_range=Range(0, 100),
    spo2_accurate=Range(70, 100),
    pulse_range=Range(18, 321),
    pulse_accurate=Range(20, 250),
    has_battery=False,
    advice={
        Absence.NO_FINGER: (Coaching.PLACE_FINGER,),
        Absence.NO_SIGNAL: (Coaching.WARM_HAND, Coaching.REMOVE_VARNISH, Coaching.PLACE_AGAIN),
        Absence.TIMED_OUT: (Coaching.KEEP_STILL, Coaching.PLACE_AGAIN),
    },
)
