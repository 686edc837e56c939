"""The page's sources: types agree with contracts/, the compiler agrees, the pure part behaves."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from cli import contracts, web
from kiosk.record.events import INCIDENTS
from tests.mutation import red_under

TESTS = Path(__file__).parent


def test_the_committed_types_are_those_of_contracts() -> None:
    assert contracts.TARGET.read_text(encoding="utf-8") == contracts.generate()


def test_types_that_differ_fail_the_check_with_a_diff(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stale = tmp_path / "contracts.ts"
    stale.write_text(
        contracts.TARGET.read_text(encoding="utf-8").replace("spo2: number", "spo2: string")
    )
    monkeypatch.setattr(contracts, "TARGET", stale)
    monkeypatch.setattr(sys, "argv", ["contracts", "--check"])
    assert contracts.main() == 1
    assert "spo2: string" in stale.read_text()  # --check writes nothing
    shown = capsys.readouterr()
    assert "-  spo2: string | null" in shown.out
    assert "+  spo2: number | null" in shown.out
    assert "python -m cli.contracts" in shown.err


def test_the_compiler_finds_no_error() -> None:
    web.check()


def test_the_compiler_is_asked_for_real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong type in a file beside the page's is found with the page's own settings."""
    (tmp_path / "wrong.ts").write_text("export const spo2: number = 'ninety-seven';\n")
    settings = {"extends": str(web.WEB / "tsconfig.json"), "include": ["wrong.ts"]}
    (tmp_path / "tsconfig.json").write_text(json.dumps(settings))
    tsc = str(web.WEB / "node_modules/typescript/bin/tsc")
    with pytest.raises(web.WebError, match="TS2322"):
        web.run_node([tsc, "--noEmit", "-p", str(tmp_path / "tsconfig.json")])


@red_under(
    "ui/web/shared/check.ts",
    old='wanted !== "decimal" || DECIMAL.test(String(value)) ?',
    new='wanted !== "" ?',
)
@red_under("ui/web/doctor/state.ts", old="fact.number <= known.length", new="fact.number < 1")
@red_under(
    "ui/web/doctor/state.ts",
    old="newest === attempt && last.end !== null",
    new="newest < 0",
)
@red_under("ui/web/doctor/state.ts", old="newest > attempt ||", new="newest < 0 ||")
@red_under(
    "ui/web/doctor/state.ts",
    old="open.id === opening ? []",
    new='open.id !== "" ? []',
)
@red_under(
    "ui/web/doctor/state.ts",
    old="return message.generation === c.call.generation\n",
    new="return message.generation > 0\n",
)
def test_what_the_page_knows_follows_from_what_it_was_told() -> None:
    tests = sorted(str(path) for path in TESTS.glob("*.test.ts"))
    assert tests
    said = web.run_node(["--test", "--test-reporter=tap", *tests], cwd=web.ROOT)
    assert re.search(r"^# fail 0$", said, re.MULTILINE)
    passed = re.search(r"^# pass (\d+)$", said, re.MULTILINE)
    assert passed is not None
    assert int(passed[1]) >= 30


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_incident_and_message_has_its_words(language: str) -> None:
    words = web.WEB / f"doctor/words/{language}.ts"
    show = (
        f"import words from {json.dumps(str(words))};"
        "console.log(JSON.stringify({incidents: Object.keys(words.incidents),"
        " says: Object.keys(words.says)}));"
    )
    said = json.loads(web.run_node(["--input-type=module", "--eval", show]))
    assert set(said["incidents"]) == set(INCIDENTS)
    assert set(said["says"]) == {"cannot_hear", "help", "red_flag_withdrawn"}


def test_a_second_build_has_nothing_to_do_and_a_change_is_seen(tmp_path: Path) -> None:
    assert web.build(tmp_path) is True
    assert sorted(path.name for path in (tmp_path / "doctor").iterdir()) == [
        "app.css",
        "app.js",
        "index.html",
    ]
    assert web.build(tmp_path) is False
    (tmp_path / "doctor/app.css").unlink()
    assert web.build(tmp_path) is True


def test_the_lock_has_hashes_and_no_address() -> None:
    lock = json.loads((web.WEB / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert "resolved" not in json.dumps(lock)
    assert "://" not in "".join(
        json.dumps({k: v for k, v in package.items() if k != "funding"})
        for package in packages.values()
    )


def test_the_page_builds_no_markup_and_keeps_nothing() -> None:
    """Trusted Types refuse markup from strings; clinical data stays out of browser storage."""
    refused = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
        r"|localStorage|sessionStorage|indexedDB|caches\.|document\.cookie"
    )
    sources = [*(web.WEB / "doctor").rglob("*.ts"), *(web.WEB / "shared").rglob("*.ts")]
    assert len(sources) > 10
    for source in sources:
        assert refused.search(source.read_text(encoding="utf-8")) is None, source


# --- colours ---------------------------------------------------------------------------------

TEXT = [
    *((ink, ground) for ink in ("ink", "soft") for ground in ("panel", "page")),
    ("accent", "panel"),
    ("accent", "accent-soft"),
    ("panel", "accent"),
    ("panel", "accent-dark"),
    ("good", "panel"),
    ("good", "good-soft"),
    ("live", "panel"),
    ("live", "live-soft"),
    ("warn", "warn-soft"),
    ("panel", "warn"),
    ("bad", "panel"),
    ("bad", "bad-soft"),
    ("panel", "bad"),
    ("panel", "bad-dark"),
    ("ink", "warn-soft"),
    *((ink, "stage") for ink in ("stage-ink", "stage-soft")),
    *(("stage-ink", ground) for ground in ("good", "bad", "warn")),
]
EDGES = [("edge", "panel"), ("edge", "page"), ("stage-soft", "stage"), ("live", "panel")]


def theme() -> dict[str, str]:
    css = (web.WEB / "doctor/app.css").read_text(encoding="utf-8")
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css))


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(ink: str, ground: str) -> None:
    colours = theme()
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_controls_can_be_seen(edge: str, ground: str) -> None:
    colours = theme()
    assert contrast(colours[edge], colours[ground]) >= 3.0


def test_the_contrast_formula() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
