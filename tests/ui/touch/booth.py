"""A booth's configuration for tests."""

from __future__ import annotations

from pathlib import Path

from config import BoothConfig
from config.schemas import (
    BoothIdentity,
    BoothPaths,
    ClinicLink,
    Delivery,
    FolderSink,
    Price,
    Screen,
)

DEFAULT_SCREEN = Screen(
    width_px=1280,
    height_px=800,
    width_mm=331,
    height_mm=207,
    fullscreen=False,
    allow_software_renderer=True,
)


def booth_config(folder: Path, screen: Screen = DEFAULT_SCREEN) -> BoothConfig:
    return BoothConfig(
        booth=BoothIdentity(id="booth-1", site="Pharmacie de la Place"),
        paths=BoothPaths(run=folder, data=folder / "data"),
        screen=screen,
        price=Price(consultation_cents=3000, covered_cents=2100),
        clinic=ClinicLink(url="http://127.0.0.1:8800", device_key=folder / "key.pem"),
        delivery=Delivery(folder=FolderSink(path=folder / "out")),
    )
