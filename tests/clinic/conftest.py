from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.clinic.peers import RunningClinic


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[RunningClinic]:
    running = RunningClinic(tmp_path)
    await running.start()
    yield running
    await running.stop()
