"""Every mutation kept beside a safety test turns that test red."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
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


@pytest.mark.parametrize("mutation", _registered(), ids=_name)
def test_turns_red(mutation: Mutation, tmp_path: Path) -> None:
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(
                ROOT / part,
                tmp_path / part,
                ignore=shutil.ignore_patterns("node_modules", "__pycache__"),
            )
    for file in ("pyproject.toml", "cabine", "requirements.lock"):
        shutil.copy(ROOT / file, tmp_path)
    if (ROOT / "build").is_dir():
        (tmp_path / "build").symlink_to(ROOT / "build")
    target = tmp_path / mutation.file
    source = target.read_text(encoding="utf-8")
    assert source.count(mutation.old) == 1, f"{mutation.old!r} is not once in {mutation.file}"
    target.write_text(source.replace(mutation.old, mutation.new), encoding="utf-8")

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", mutation.test],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    # 1: a test ran and failed. Anything else (2 collection, 4 usage, 5 none) proves nothing.
    assert run.returncode == 1, f"still green, or did not run:\n{run.stdout}\n{run.stderr}"
