from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cli import web
from cli.doctor import DoctorRobot
from tests.ui.web.peers import Booth, Service, offer_loopback


@pytest.fixture(scope="session")
def built_page() -> Path:
    """The page as it is served: built from the sources of now."""
    web.build()
    return web.OUT / "doctor"


@pytest.fixture
async def service(tmp_path: Path, built_page: Path) -> AsyncIterator[Service]:
    running = Service(tmp_path)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def booth(service: Service, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Booth]:
    offer_loopback(monkeypatch)
    connected = Booth(service)
    await connected.connect()
    yield connected
    await connected.close()


@pytest.fixture
async def doctor(service: Service) -> AsyncIterator[DoctorRobot]:
    """The page open in Chromium; its errors and policy violations fail the test."""
    async with DoctorRobot(service.url) as robot:
        yield robot
        assert robot.errors + await robot.violations() == []
