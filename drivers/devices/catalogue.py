"""Devices by the name `booth.toml` gives them."""

from __future__ import annotations

import difflib

from drivers.devices.base import OximeterModel, UnknownDevice
from drivers.devices.nonin_oem3 import NONIN_OEM3

OXIMETERS: dict[str, OximeterModel] = {model.name: model for model in (NONIN_OEM3,)}


def oximeter(name: str) -> OximeterModel:
    """Return the model. Raises `UnknownDevice`, with the nearest name there is."""
    try:
        return OXIMETERS[name]
    except KeyError:
        nearest = difflib.get_close_matches(name, OXIMETERS, n=1, cutoff=0.0)[0]
        raise UnknownDevice(
            "no such oximeter is known",
            f"instruments.oximeter.device = {name!r}",
            f"Did you mean {nearest!r}? Known: {', '.join(sorted(OXIMETERS))}.",
        ) from None
