import asyncio
import json
import types
from pathlib import Path

import pytest

from bench.report import Result, result
from cli import bench


async def _fast() -> list[Result]:
    await asyncio.sleep(0)
    return [result("first", 2.0, "ms", samples=[1, 2], baseline=1.0, goal=5)]


async def _slow() -> list[Result]:
    await asyncio.sleep(0)
    return [result("first", 9.0, "ms", samples=[9], goal=5)]


def test_measurements_are_the_modules_that_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    modules = {"call": types.SimpleNamespace(run=_fast), "report": types.SimpleNamespace()}
    found = [types.SimpleNamespace(name=name) for name in modules]
    monkeypatch.setattr("pkgutil.iter_modules", lambda _path: found)
    monkeypatch.setattr("importlib.import_module", lambda name: modules[name.split(".")[1]])
    assert bench.measurements() == {"call": _fast}


@pytest.mark.parametrize(("run", "status"), [(_fast, 0), (_slow, 1)])
def test_the_exit_status_says_whether_goals_are_met(
    run: bench.Run,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(bench, "measurements", lambda: {"call": run})
    file = tmp_path / "x.json"
    assert bench.main(["call", "--json", str(file)]) == status
    assert json.loads(file.read_text(encoding="utf-8"))["results"][0]["name"] == "first"
    assert ("MISSED" in capsys.readouterr().out) is (status == 1)


def test_an_unknown_name_is_refused_with_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as refused:
        bench.main(["nothing", "--json", "x"])
    assert refused.value.code == 2
    assert "invalid choice: 'nothing'" in capsys.readouterr().err
