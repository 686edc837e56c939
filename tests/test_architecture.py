"""docs/architecture.md shows the house as it is: its tables are compared with the tree."""

import re
from pathlib import Path

from cli.run import MODULES

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
CODE = {".py", ".ts", ".qml"}
NOT_OURS = {"node_modules", "__pycache__", "build"}


def section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert found, f"docs/architecture.md has no section {title!r}"
    return found[1]


def named() -> set[str]:
    """The folders of the table: first cells that are a path in backticks, ending in a slash."""
    return set(re.findall(r"^\| `([a-z_/]+)/` \|", section("Folders"), re.MULTILINE))


def holds_code(folder: Path) -> bool:
    return any(
        path.suffix in CODE and not NOT_OURS & set(path.relative_to(ROOT).parts)
        for path in folder.rglob("*")
    )


def folders_with_code() -> set[str]:
    """Down to two levels; of `tests`, which mirrors the others, only itself."""
    found = set()
    for top in ROOT.iterdir():
        if not top.is_dir() or top.name.startswith(".") or top.name in NOT_OURS:
            continue
        below = [] if top.name == "tests" else [path for path in top.iterdir() if path.is_dir()]
        found |= {str(path.relative_to(ROOT)) for path in (top, *below) if holds_code(path)}
    return found


def test_every_folder_with_code_is_in_the_table() -> None:
    assert folders_with_code() - named() == set()


def test_every_folder_of_the_table_is_in_the_tree() -> None:
    assert named(), "the table is not where this test looks for it"
    assert {name for name in named() if not (ROOT / name).is_dir()} == set()


def test_every_process_of_the_table_is_one_that_cabine_runs() -> None:
    rows = re.findall(r"^\| ([a-z]+) \| `([a-z._]+)` \|", section("Processes"), re.MULTILINE)
    assert dict(rows) == MODULES


def test_every_process_is_a_module_that_can_be_run() -> None:
    for module in MODULES.values():
        path = ROOT / module.replace(".", "/")
        assert (path / "__main__.py").is_file() or path.with_suffix(".py").is_file(), module


def test_every_process_of_a_real_booth_has_its_unit() -> None:
    units = {file.stem for file in (ROOT / "systemd").glob("*.service")}
    assert units == {f"telecabine-{part}" for part in MODULES if part != "simulator"}
