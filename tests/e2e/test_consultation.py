"""One consultation unattended, as `./cabine demo --auto` plays it, and the judge of it.

The judge must accept a run that is as it should be, and nothing else: what one end saw of a frozen
camera, a muted microphone, an altered frame; and what is altered in what an accepted run left.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cli.judge
from cli import auto
from cli.demo_environment import ROOT, Options
from cli.judge import judge
from tests.e2e.scene import quick, steady

pytestmark = pytest.mark.e2e


def judged(folder: Path) -> tuple[int, list[str]]:
    """Return the judge's exit status and what it says, from a process of its own."""
    run = subprocess.run(
        [sys.executable, "-m", "cli.judge", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.stderr == ""
    return run.returncode, [line.removeprefix("judge: ") for line in run.stdout.splitlines()]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one run in English left; French is what the sabotaged ones speak."""
    out = tmp_path_factory.mktemp("good")
    asyncio.run(auto.play(out, seed=None, sabotage=None, language="en"))
    return out


def summary_of(folder: Path) -> Any:
    return json.loads((folder / "summary.json").read_text("utf-8"))


def record_of(folder: Path) -> Path:
    (record,) = (folder / "record").iterdir()
    return record


def test_the_judge_accepts_it(good: Path) -> None:
    status, said = judged(good)
    print(f"seed {summary_of(good)['seed']}")
    assert said == ["everything agrees"]
    assert status == 0


def test_values_drawn_at_run_time_are_exact_on_both_screens_and_in_the_record(good: Path) -> None:
    summary = summary_of(good)
    seed = summary["seed"]
    first, then = random.Random(seed), random.Random(seed + 1)
    spo2, pulse = first.randint(91, 99), first.randint(52, 118)
    fall, rise = then.randint(1, 4), then.randint(5, 40)
    drawn = [spo2, pulse, spo2 - fall, pulse + rise]
    print(f"seed {seed}: {drawn}")
    measured = summary["measurements"]
    assert [int(each["result"]["value"]) for each in measured] == drawn
    for screen in ("touchscreen", "doctor"):
        assert [int(each["shown"][screen]) for each in measured] == drawn
    bundle = json.loads((record_of(good) / "bundle.json").read_text("utf-8"))
    in_record = {
        entry["resource"]["id"]: entry["resource"]["valueQuantity"]["value"]
        for entry in bundle["entry"]
        if "valueQuantity" in entry["resource"]
    }
    assert in_record == {each["id"]: value for each, value in zip(measured, drawn, strict=True)}
    assert summary["acknowledged"] == [each["id"] for each in measured]


def test_delays_are_those_of_a_machine_that_keeps_up(good: Path) -> None:
    for each in summary_of(good)["measurements"]:
        print(each["quantity"], each["delays_ms"])
        assert each["delays_ms"]["device_to_recorded"] < 2000
        assert 0 <= each["delays_ms"]["recorded_to_page"] < 20_000


# --- sabotage --------------------------------------------------------------------------------

# What the judge must say, and all that it may say beside it.
ALTERED = r"raw/\S+\.bin: these bytes are not what the instrument sent"
FROZEN = r"pictures at the doctor: frozen .*"
MUTE = r"sound at the doctor: silence .*"
VERDICT = "the run does not hold"
BESIDE = {
    # The record itself is of an altered line; the refused frame is an incident in it.
    "frame": r"(raw/|bundle: |a value's time|incidents .*frames_dropped|the record or ).*",
    # The strip in the picture stands still too; the booth itself says so.
    "camera": r"(pictures at the doctor: |incidents .*camera_frozen).*",
    "sound": r"sound at the doctor: .*",
}


@pytest.mark.parametrize(
    ("sabotage", "reason"), [("frame", ALTERED), ("camera", FROZEN), ("sound", MUTE)]
)
async def test_a_run_with_one_thing_broken_is_refused_for_that(
    sabotage: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A frame is altered three seconds after the doctor asks: the value must not be there by then.
    edit = steady(5) if sabotage == "frame" else quick
    monkeypatch.setattr(auto, "Options", functools.partial(Options, edit=edit))
    await auto.play(tmp_path, seed=None, sabotage=sabotage, language="fr")
    status, said = await asyncio.to_thread(judged, tmp_path)
    assert status == 1
    assert said[-1] == VERDICT
    assert any(re.fullmatch(reason, each) for each in said), said
    strange = [each for each in said[:-1] if not re.fullmatch(BESIDE[sabotage], each)]
    assert strange == []


# --- the judge, judged -----------------------------------------------------------------------


def forge_manifest(folder: Path) -> None:
    """Make the manifest true again of the files as they are now."""
    record = record_of(folder)
    file = record / "manifest.json"
    manifest = json.loads(file.read_text("utf-8"))
    for item in manifest["files"]:
        data = (record / item["name"]).read_bytes()
        item["sha256"], item["size"] = hashlib.sha256(data).hexdigest(), len(data)
    file.write_text(json.dumps(manifest), encoding="utf-8")


def change_json(file: Path, change: Callable[[Any], None]) -> None:
    value = json.loads(file.read_text("utf-8"))
    change(value)
    file.write_text(json.dumps(value), encoding="utf-8")


def change_bundle(folder: Path, change: Callable[[Any], None]) -> None:
    change_json(record_of(folder) / "bundle.json", change)


def measured_in(bundle: Any) -> list[Any]:
    return [e["resource"] for e in bundle["entry"] if "valueQuantity" in e["resource"]]


def other_value(folder: Path) -> None:
    def change(bundle: Any) -> None:
        measured_in(bundle)[0]["valueQuantity"]["value"] += 1

    change_bundle(folder, change)


def other_value_forged(folder: Path) -> None:
    other_value(folder)
    forge_manifest(folder)


def swapped_values(folder: Path) -> None:
    def change(bundle: Any) -> None:
        one, other = measured_in(bundle)[:2]
        one["valueQuantity"], other["valueQuantity"] = (
            other["valueQuantity"],
            one["valueQuantity"],
        )

    change_bundle(folder, change)
    forge_manifest(folder)


def lost_observation(folder: Path) -> None:
    def change(bundle: Any) -> None:
        gone = measured_in(bundle)[-1]["id"]
        bundle["entry"] = [e for e in bundle["entry"] if e["resource"]["id"] != gone]

    change_bundle(folder, change)
    forge_manifest(folder)


def not_marked_simulated(folder: Path) -> None:
    change_bundle(folder, lambda bundle: measured_in(bundle)[0]["meta"].pop("tag"))
    forge_manifest(folder)


def other_report(folder: Path) -> None:
    file = record_of(folder) / "bundle.json"
    text = file.read_text("utf-8")
    assert "Repos, boire" in text
    file.write_text(text.replace("Repos, boire", "Repos, ne pas boire"), encoding="utf-8")
    forge_manifest(folder)


def other_value_on(screen: str) -> Callable[[Path], None]:
    def tamper(folder: Path) -> None:
        def change(summary: Any) -> None:
            shown = summary["measurements"][1]["shown"]
            shown[screen] = str(int(shown[screen]) + 1)

        change_json(folder / "summary.json", change)

    return tamper


def never_shown_to_the_doctor(folder: Path) -> None:
    change_json(
        folder / "summary.json",
        lambda summary: summary["measurements"][0]["shown"].update(doctor=None),
    )


def acknowledged_and_lost(folder: Path) -> None:
    change_json(
        folder / "summary.json",
        lambda summary: summary["acknowledged"].append("00000000-0000-4000-8000-000000000000"),
    )


def never_acknowledged(folder: Path) -> None:
    change_json(folder / "summary.json", lambda summary: summary["acknowledged"].pop())


def acknowledged_twice(folder: Path) -> None:
    change_json(
        folder / "summary.json",
        lambda summary: summary["acknowledged"].append(summary["acknowledged"][0]),
    )


def incident(folder: Path) -> None:
    change_json(folder / "summary.json", lambda summary: summary["incidents"].append("clinic_lost"))


def raw_files(folder: Path) -> list[Path]:
    record = record_of(folder)
    names = json.loads((record / "manifest.json").read_text("utf-8"))["raw"]
    return [record / name for name in names]


def truncated_raw(folder: Path) -> None:
    file = raw_files(folder)[-1]
    file.write_bytes(file.read_bytes()[:-3])


def truncated_raw_forged(folder: Path) -> None:
    file = raw_files(folder)[2]
    file.write_bytes(file.read_bytes()[:-3])
    forge_manifest(folder)


def one_bit_of_raw(folder: Path) -> None:
    file = raw_files(folder)[1]
    data = bytearray(file.read_bytes())
    data[7] ^= 1
    file.write_bytes(data)
    forge_manifest(folder)


def raw_gone(folder: Path) -> None:
    raw_files(folder)[0].unlink()


def altered_manifest(folder: Path) -> None:
    def change(manifest: Any) -> None:
        digest = manifest["files"][0]["sha256"]
        manifest["files"][0]["sha256"] = ("0" if digest[0] != "0" else "1") + digest[1:]

    change_json(record_of(folder) / "manifest.json", change)


def shortened_manifest(folder: Path) -> None:
    change_json(record_of(folder) / "manifest.json", lambda manifest: manifest["files"].pop())


def simulator_said_otherwise(folder: Path) -> None:
    file = folder / "simulator.jsonl"
    entries = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    for entry in entries:
        if entry["kind"] == "packet" and entry["spo2"] is not None:
            entry["spo2"] -= 1
    file.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")


def second_record(folder: Path) -> None:
    shutil.copytree(record_of(folder), folder / "record/00000000-0000-4000-8000-000000000000")


def without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def same_pictures(folder: Path) -> None:
    for number in range(1, 6):
        shutil.copyfile(
            folder / "pictures/touchscreen-0.png", folder / f"pictures/touchscreen-{number}.png"
        )


def no_report_screen(folder: Path) -> None:
    for file in (folder / "screens").glob("touchscreen-*report*.png"):
        file.unlink()


def did_not_end(folder: Path) -> None:
    change_json(folder / "summary.json", lambda summary: summary.update(failed="TimeoutError"))


TAMPERED: list[tuple[Callable[[Path], None], str]] = [
    (other_value, "the manifest and the files differ"),
    (other_value_forged, "bundle: holds"),
    (swapped_values, "bundle: "),
    (lost_observation, "acknowledged and recorded differ: 1 lost, 0 never said"),
    (not_marked_simulated, "not marked as a test's"),
    (other_report, "the doctor's report is not in it"),
    (other_value_on("touchscreen"), "the touchscreen showed"),
    (other_value_on("doctor"), "the doctor showed"),
    (never_shown_to_the_doctor, "the doctor showed None"),
    (acknowledged_and_lost, "acknowledged and recorded differ: 1 lost, 0 never said"),
    (never_acknowledged, "acknowledged and recorded differ: 0 lost, 1 never said"),
    (acknowledged_twice, "acknowledged twice"),
    (incident, "incidents in a run without a fault"),
    (truncated_raw, "the manifest and the files differ"),
    (truncated_raw_forged, "bundle: holds"),
    (one_bit_of_raw, "these bytes are not what the instrument sent"),
    (raw_gone, ".bin: cannot be read"),
    (altered_manifest, "the manifest and the files differ"),
    (shortened_manifest, "the manifest and the files differ"),
    (simulator_said_otherwise, "bundle: holds"),
    (second_record, "2 consultations were delivered"),
    (without("pictures/doctor-3.png"), "pictures/doctor-3.png: no picture"),
    (same_pictures, "pictures at the touchscreen: frozen"),
    (without("sound/touchscreen.wav"), "sound/touchscreen.wav: no sound"),
    (no_report_screen, "screens/: nothing of 'report'"),
    (did_not_end, "did not reach its end"),
    (without("summary.json"), "summary.json: cannot be read"),
    (without("simulator.jsonl"), "simulator.jsonl: cannot be read"),
]


@pytest.mark.parametrize(
    ("tamper", "reason"), TAMPERED, ids=[f"{n}-{reason}" for n, (_, reason) in enumerate(TAMPERED)]
)
def test_what_was_tampered_with_is_refused(
    good: Path,
    tmp_path: Path,
    tamper: Callable[[Path], None],
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Only what is tampered with is judged again: decoding all pictures and sound takes its time.
    for what in ("pictures", "sound", "screens"):
        if what not in reason:
            monkeypatch.setattr(cli.judge, f"judge_{what}", lambda _evidence: None)
    copy = tmp_path / "copy"
    shutil.copytree(good, copy)
    tamper(copy)
    problems = judge(copy)
    assert any(reason in problem for problem in problems), problems


@pytest.mark.long
def test_ten_in_a_row(tmp_path: Path) -> None:
    for number in range(10):
        out = tmp_path / str(number)
        out.mkdir()
        asyncio.run(auto.play(out, seed=None, sabotage=None, language=("fr", "en")[number % 2]))
        print(f"run {number}: seed {summary_of(out)['seed']}")
        assert judged(out) == (0, ["everything agrees"])
