"""Every mutation kept beside a safety test turns that test red."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.mutation import MUTATIONS, Mutation

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("contracts", "config", "kiosk", "drivers", "clinic", "ui", "cli", "systemd", "tests")


def _registered() -> list[Mutation]:
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        if "red_under(" in file.read_text(encoding="utf-8"):
            importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
    return list(MUTATIONS)


def _name(mutation: Mutation) -> str:
    return f"{mutation.test.split('::')[-1]}-{MUTATIONS.index(mutation)}"


@pytest.fixture(scope="session")
def runs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Mutation, Future[subprocess.CompletedProcess[str]]]]:
    """Every mutation asked for, run beside each other: most of them wait more than they work."""
    asked = [
        item.callspec.params["mutation"]
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.function is test_turns_red
    ]
    wanted = [mutation for mutation in asked if isinstance(mutation, Mutation)]
    with ThreadPoolExecutor(max_workers=2 * (os.cpu_count() or 1)) as pool:
        yield {
            mutation: pool.submit(_run, mutation, tmp_path_factory.mktemp("mutated"))
            for mutation in wanted
        }
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("mutation", _registered(), ids=_name)
def test_turns_red(
    mutation: Mutation, runs: dict[Mutation, Future[subprocess.CompletedProcess[str]]]
) -> None:
    run = runs[mutation].result()
    # A test ran and failed. Anything else (a fixture or a collection that breaks, no test) proves
    # nothing.
    failed = f"FAILED {mutation.test}" in run.stdout
    assert run.returncode == 1, f"still green, or did not run:\n{run.stdout}\n{run.stderr}"
    assert failed, f"broken, not failed:\n{run.stdout}\n{run.stderr}"


def test_without_a_mutation_they_are_green(tmp_path: Path) -> None:
    """Else a test could be red because of the copy."""
    _copy(tmp_path)
    run = _pytest(tmp_path, *sorted({mutation.test for mutation in MUTATIONS}), seconds=600)
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"


def _run(mutation: Mutation, folder: Path) -> subprocess.CompletedProcess[str]:
    """Return how pytest ended on the test, in a copy of the tree with the mutation applied."""
    _copy(folder)
    target = folder / mutation.file
    source = target.read_text(encoding="utf-8")
    if source.count(mutation.old) != 1:
        raise AssertionError(f"{mutation.old!r} is not once in {mutation.file}")
    target.write_text(source.replace(mutation.old, mutation.new), encoding="utf-8")
    return _pytest(folder, "-x", mutation.test, seconds=180)


def _copy(folder: Path) -> None:
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(
                ROOT / part,
                folder / part,
                ignore=shutil.ignore_patterns("node_modules", "__pycache__"),
            )
    for file in ("pyproject.toml", "cabine", "requirements.lock"):
        shutil.copy(ROOT / file, folder)
    if (ROOT / "build").is_dir():
        (folder / "build").symlink_to(ROOT / "build")


def _pytest(folder: Path, *arguments: str, seconds: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
