from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cli import web
from cli.doctor import DoctorRobot
from tests.ui.web.peers import Booth, Service, offer_loopback


@pytest.fixture(scope="session")
def built_pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages, built from the sources of now; what a demo serves is left alone."""
    folder = tmp_path_factory.mktemp("pages")
    web.build(folder)
    return folder


@pytest.fixture
async def service(tmp_path: Path, built_pages: Path) -> AsyncIterator[Service]:
    running = Service(tmp_path, built_pages)
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
