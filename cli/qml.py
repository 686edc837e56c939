"""`python -m cli.qml build|update|lint`: what the touch front end needs besides its sources.

build   .ts -> build/i18n/*.qm, refused while a sentence is untranslated. Nothing changed: no work.
update  collect the sentences of all QML files into ui/touch/i18n/*.ts.
lint    qmllint over every QML file, warnings are errors. It learns the Python types from
        metaobjectdump -> qmltyperegistrar -> build/qml/ui/touch/qmldir (absolute paths in them:
        not committed).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOUCH = ROOT / "ui" / "touch"
WORDS = TOUCH / "i18n"
BUILD = ROOT / "build"
COMPILED = BUILD / "i18n"
TYPES = BUILD / "qml" / "ui" / "touch"
LANGUAGES = ("fr", "en")
MODULE = "ui.touch"


class QmlToolError(Exception):
    """A tool refused: which one, on what, in its own words."""


def _tool(name: str, *arguments: str | Path) -> str:
    command = [str(Path(sys.executable).parent / f"pyside6-{name}"), *map(str, arguments)]
    try:
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise QmlToolError(f"{command[0]} is not there: run ./cabine setup") from error
    if run.returncode != 0:
        raise QmlToolError(f"{name} failed:\n{run.stdout}{run.stderr}".rstrip())
    return run.stdout + run.stderr


def qml_files() -> list[Path]:
    """Every QML file of the front end."""
    return sorted(TOUCH.rglob("*.qml"))


def _python_types() -> list[Path]:
    return [file for file in sorted(TOUCH.glob("*.py")) if "@QmlElement" in file.read_text("utf-8")]


def _fingerprint(files: Sequence[Path]) -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _current(stamp: Path, fingerprint: str, outputs: Sequence[Path]) -> bool:
    try:
        return stamp.read_text("ascii") == fingerprint and all(each.is_file() for each in outputs)
    except FileNotFoundError:
        return False


def build_words() -> bool:
    """Compile the words of each language; return whether anything was to be done.

    Raises `QmlToolError` for an unfinished translation.
    """
    sources = [WORDS / f"touch_{language}.ts" for language in LANGUAGES]
    outputs = [COMPILED / f"touch_{language}.qm" for language in LANGUAGES]
    fingerprint = _fingerprint(sources)
    stamp = COMPILED / "stamp"
    if _current(stamp, fingerprint, outputs):
        return False
    COMPILED.mkdir(parents=True, exist_ok=True)
    # beside, then over: a front end that starts meanwhile reads the old or the new, never half
    with tempfile.TemporaryDirectory(dir=COMPILED) as folder:
        for source, output in zip(sources, outputs, strict=True):
            fresh = Path(folder) / output.name
            _tool("lrelease", "-silent", "-fail-on-unfinished", source, "-qm", fresh)
            fresh.replace(output)
    stamp.write_text(fingerprint, "ascii")
    return True


def build_types() -> bool:
    """Describe the Python types to qmllint; return whether anything was to be done."""
    sources = _python_types()
    types, qmldir, stamp = TYPES / "touch.qmltypes", TYPES / "qmldir", TYPES / "stamp"
    fingerprint = _fingerprint(sources)
    if _current(stamp, fingerprint, [types, qmldir]):
        return False
    TYPES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        dumps = []
        for source in sources:
            dump = Path(folder) / f"{source.stem}.json"
            _tool("metaobjectdump", "-c", "-o", dump, source)
            dumps.append(dump)
        merged = Path(folder) / "all.json"
        merged.write_text(
            json.dumps([each for dump in dumps for each in json.loads(dump.read_text())])
        )
        _tool(
            "qmltyperegistrar", "--generate-qmltypes", types, "-o", os.devnull, merged,
            "--import-name", MODULE, "--major-version", "1",
        )  # fmt: skip
    qmldir.write_text(f"module {MODULE}\ntypeinfo {types.name}\n", "ascii")
    stamp.write_text(fingerprint, "ascii")
    return True


def update_words(folder: Path = WORDS) -> None:
    """Collect the sentences of all QML files into the .ts files in `folder`."""
    files = qml_files()
    for language in LANGUAGES:
        target = folder / f"touch_{language}.ts"
        plural = ["-pluralonly"] if language == "en" else []
        _tool(
            "lupdate", *files, "-silent", "-no-obsolete", "-locations", "none", *plural,
            "-source-language", "en", "-target-language", language, "-ts", target,
        )  # fmt: skip


def lint() -> None:
    """Raise `QmlToolError` with every warning of qmllint."""
    build_types()
    _tool("qmllint", "-W", "0", "-I", BUILD / "qml", "-I", ROOT, *qml_files())


def build() -> bool:
    """All that the front end needs to start; return whether anything was to be done."""
    return build_words()


def main(arguments: list[str] | None = None) -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser(prog="cli.qml", description=__doc__)
    parser.add_argument("task", choices=["build", "update", "lint"])
    task = parser.parse_args(arguments).task
    try:
        if task == "build":
            print(f"cabine: touchscreen's words: {'compiled' if build() else 'up to date'}")
        elif task == "update":
            update_words()
        else:
            lint()
            print(f"qmllint: {len(qml_files())} files, no warning")
    except QmlToolError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
