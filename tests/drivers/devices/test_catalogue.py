from __future__ import annotations

import pytest

from contracts.measurement import Absence, Quantity
from drivers.devices.base import Evidence, OximeterModel, UnknownDevice
from drivers.devices.catalogue import OXIMETERS, oximeter
from tests.drivers.support import vectors


@pytest.mark.parametrize("model", OXIMETERS.values(), ids=lambda model: model.name)
def test_every_model_says_what_is_needed_of_it(model: OximeterModel) -> None:
    assert oximeter(model.name) is model
    assert 0 < model.recognise.vendor <= 0xFFFF
    assert {Quantity.SPO2, Quantity.PULSE_RATE} <= set(model.measures)
    assert model.spo2_range.low <= model.spo2_accurate.low
    assert model.spo2_accurate.high <= model.spo2_range.high <= 100
    assert model.pulse_range.low <= model.pulse_accurate.low
    assert model.pulse_accurate.high <= model.pulse_range.high
    for reason in (Absence.NO_FINGER, Absence.NO_SIGNAL, Absence.TIMED_OUT):
        assert model.advice[reason]
    if model.evidence is Evidence.CAPTURE:
        assert any(vector["kind"] == "capture" for vector in vectors(model.protocol))


def test_the_oem_iii_speaks_9600_8n1() -> None:
    assert oximeter("nonin-oem3").settings.as_pyserial() == {
        "baudrate": 9600,
        "bytesize": 8,
        "parity": "N",
        "stopbits": 1,
    }


def test_an_unknown_name_is_told_the_nearest() -> None:
    with pytest.raises(UnknownDevice, match="'nonin-oem3'"):
        oximeter("nonin-omen3")
