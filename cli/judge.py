"""The judge of an unattended demo: recomputes the result from what it left, trusting none of it.

    python -m cli.judge DIR

It reads the delivered record, the pictures and the sound as each end decoded them, and the
simulator's own journal of what it sent; decodes the raw bytes with a decoder of its own (not the
booth's); and compares. `summary.json` is the accused, never a witness. Exit status 0 only when all
agrees; every disagreement is printed.
"""

from __future__ import annotations

import argparse
import hashlib
import html
import itertools
import json
import re
import sys
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from cli.demo_content import read_strip

SCREENS = ("welcome", "measure-recorded", "waiting", "meet_doctor", "call", "report", "goodbye")
PICTURES = 6  # of each end, taken apart in time
STILL = 0.5  # mean difference of luma, 0..255, under which two pictures are the same
SILENCE = 0.003  # RMS of full scale
QUANTITIES = {"2708-6": "spo2", "8867-4": "pulse_rate"}
UNITS = {"spo2": "%", "pulse_rate": "/min"}


class Evidence:
    """What the run left in `folder`. Missing or unreadable evidence is a disagreement."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[str] = []

    def blame(self, problem: str) -> None:
        """Note a disagreement."""
        self.problems.append(problem)

    def json(self, name: str) -> Any:
        """Return a JSON file; None, and a disagreement, when it cannot be read."""
        try:
            return json.loads((self.folder / name).read_text("utf-8"), parse_float=Decimal)
        except (OSError, ValueError) as error:
            self.blame(f"{name}: cannot be read ({error})")
            return None


# --- what the simulator sent, what the booth kept --------------------------------------------


@dataclass(frozen=True)
class Sent:
    """The stream of the simulator: bytes, and the values it says each packet carries, by offset."""

    stream: bytes
    values: dict[int, tuple[int | None, int | None]]


def sent(evidence: Evidence) -> Sent:
    """Return what the simulator's journal says it sent."""
    stream = bytearray()
    values = {}
    try:
        lines = (evidence.folder / "simulator.jsonl").read_text("utf-8").splitlines()
        for line in lines:
            entry = json.loads(line)
            if entry["kind"] == "packet":
                del stream[entry["offset"] :]  # a packet cut short by an unplug
                stream += bytes.fromhex(entry["hex"])
                values[entry["offset"]] = (entry["spo2"], entry["pulse"])
    except (OSError, ValueError, KeyError) as error:
        evidence.blame(f"simulator.jsonl: cannot be read ({error})")
    return Sent(bytes(stream), values)


def last_packet(raw: bytes, where: int, sent_: Sent) -> tuple[int | None, int | None]:
    """Return SpO2 and pulse of the last whole packet in `raw`, which starts at `where` of the line.

    An own reading of Nonin data format 2: 25 frames of five bytes, the first one's status bit 0
    set; HR-D in frames 20 and 21, SpO2-D in frame 9, counted from 1. The simulator's word for the
    same packet must agree.
    """
    for offset in range(len(raw) - 125, -1, -1):
        packet = raw[offset : offset + 125]
        frames = [packet[at : at + 5] for at in range(0, 125, 5)]
        if any(frame[0] != 1 or sum(frame[:4]) % 256 != frame[4] for frame in frames):
            continue
        if not frames[0][1] & 1 or any(frame[1] & 1 for frame in frames[1:]):
            continue
        spo2 = frames[8][3] & 0x7F
        pulse = (frames[19][3] & 3) << 7 | frames[20][3] & 0x7F
        mine = (None if spo2 == 127 else spo2, None if pulse == 511 else pulse)
        if sent_.values.get(where + offset) != mine:
            return None, None
        return mine
    return None, None


def attempts(evidence: Evidence, record: Path, sent_: Sent) -> list[tuple[int | None, int | None]]:
    """Return what each attempt's raw bytes say, in order; each byte must be as it was sent."""
    manifest = evidence.json(f"record/{record.name}/manifest.json") or {"raw": []}
    found: list[tuple[int, bytearray]] = []
    end = 0
    for name in manifest["raw"]:
        try:
            raw = (record / name).read_bytes()
        except OSError as error:
            evidence.blame(f"{name}: cannot be read ({error.strerror})")
            continue
        if found and sent_.stream.startswith(raw, end):
            found[-1][1].extend(raw)
        else:
            where = sent_.stream.find(raw, end)
            if where < 0:
                evidence.blame(f"{name}: these bytes are not what the instrument sent")
                continue
            found.append((where, bytearray(raw)))
            end = where
        end += len(raw)
    return [last_packet(bytes(raw), where, sent_) for where, raw in found]


# --- the record ------------------------------------------------------------------------------


def judge_record(evidence: Evidence, summary: Any) -> None:
    """Bundle, manifest, raw bytes and simulator agree, and both screens showed the same."""
    records = [folder for folder in (evidence.folder / "record").glob("*") if folder.is_dir()]
    if len(records) != 1:
        evidence.blame(f"record/: {len(records)} consultations were delivered, not one")
        return
    record = records[0]
    _judge_manifest(evidence, record)
    bundle = evidence.json(f"record/{record.name}/bundle.json")
    if bundle is None:
        return
    resources = [entry["resource"] for entry in bundle["entry"]]
    values = list(_observed(resources))
    read = attempts(evidence, record, sent(evidence))
    expected = [
        (quantity, Decimal(value))
        for pair in read
        for quantity, value in zip(("spo2", "pulse_rate"), pair, strict=True)
        if value is not None
    ]
    recorded = [(quantity, value) for _, quantity, value, _ in values]
    if recorded != expected or not expected:
        evidence.blame(f"bundle: holds {recorded}, the raw bytes say {expected}")
    for ident, quantity, value, unit in values:
        if unit != UNITS[quantity]:
            evidence.blame(f"bundle: {quantity} is in {unit!r}")
        _judge_shown(evidence, summary, ident, quantity, value)
    _judge_acknowledged(evidence, summary, {ident for ident, *_ in values})
    _judge_simulated(evidence, resources)
    _judge_report(evidence, summary, resources)


def _judge_manifest(evidence: Evidence, record: Path) -> None:
    manifest = evidence.json(f"record/{record.name}/manifest.json")
    if manifest is None:
        return
    listed = {item["name"]: item["sha256"] for item in manifest["files"]}
    there = {
        str(file.relative_to(record)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in record.rglob("*")
        if file.is_file() and file.name != "manifest.json"
    }
    if listed != there:
        evidence.blame("record: the manifest and the files differ")


def _observed(resources: list[Any]) -> Iterator[tuple[str, str, Decimal, str]]:
    """Yield id, quantity, value and unit of each measured number, oldest first."""
    found = []
    for resource in resources:
        if resource["resourceType"] != "Observation" or "valueQuantity" not in resource:
            continue
        codes = {coding["code"] for coding in resource["code"]["coding"]}
        quantity = next((QUANTITIES[code] for code in codes if code in QUANTITIES), None)
        if quantity is not None:
            number = resource["valueQuantity"]
            found.append(
                (
                    resource["effectiveDateTime"],
                    quantity != "spo2",
                    resource["id"],
                    quantity,
                    Decimal(number["value"]),
                    number["code"],
                )
            )
    for _, _, ident, quantity, value, unit in sorted(found):
        yield ident, quantity, value, unit


def _judge_shown(
    evidence: Evidence, summary: Any, ident: str, quantity: str, value: Decimal
) -> None:
    """Both screens showed this very value of this very measurement."""
    said = [item for item in summary["measurements"] if item["id"] == ident]
    if len(said) != 1:
        evidence.blame(f"{quantity}: recorded, but {len(said)} times in the summary")
        return
    for screen in ("touchscreen", "doctor"):
        shown = said[0]["shown"].get(screen)
        if shown is None or not re.fullmatch(r"\d+", shown) or Decimal(shown) != value:
            evidence.blame(f"{quantity}: the record has {value}, the {screen} showed {shown!r}")


def _judge_acknowledged(evidence: Evidence, summary: Any, recorded: set[str]) -> None:
    acknowledged = summary["acknowledged"]
    if len(acknowledged) != len(set(acknowledged)):
        evidence.blame("a measurement was acknowledged twice")
    if set(acknowledged) != recorded:
        lost = len(set(acknowledged) - recorded)
        unsaid = len(recorded - set(acknowledged))
        evidence.blame(f"acknowledged and recorded differ: {lost} lost, {unsaid} never said")


def _judge_simulated(evidence: Evidence, resources: list[Any]) -> None:
    for resource in resources:
        if resource["resourceType"] == "Observation":
            tags = [tag["code"] for tag in resource.get("meta", {}).get("tag", [])]
            if "HTEST" not in tags:
                evidence.blame("bundle: an observation of the demo is not marked as a test's")


def _judge_report(evidence: Evidence, summary: Any, resources: list[Any]) -> None:
    composition = next(r for r in resources if r["resourceType"] == "Composition")
    text = "".join(section["text"]["div"] for section in composition["section"])
    written = summary["report"]["written"]
    if html.escape(written) not in text:
        evidence.blame("bundle: the doctor's report is not in it")
    if composition["status"] != "final":
        evidence.blame(f"bundle: the composition is {composition['status']!r}")
    if written not in summary["report"]["touchscreen"]:
        evidence.blame("the touchscreen did not show the report that the doctor wrote")


# --- picture and sound -----------------------------------------------------------------------


def _pictures(evidence: Evidence, end: str) -> list[Any]:
    found = []
    for number in range(PICTURES):
        name = f"pictures/{end}-{number}.png"
        picture = cv2.imread(str(evidence.folder / name), cv2.IMREAD_GRAYSCALE)
        if picture is None:
            evidence.blame(f"{name}: no picture")
        else:
            found.append(picture)
    return found


def judge_pictures(evidence: Evidence) -> None:
    """What each end decoded moves, and what the doctor saw is what the booth's camera saw."""
    for end in ("doctor", "touchscreen"):
        pictures = _pictures(evidence, end)
        changes = [
            float(np.abs(one.astype(int) - other.astype(int)).mean())
            for one, other in itertools.pairwise(pictures)
            if one.shape == other.shape
        ]
        if sum(change > STILL for change in changes) < PICTURES // 2:
            evidence.blame(f"pictures at the {end}: frozen ({_rounded(changes)})")
        if end == "doctor":
            numbers = [read_strip(picture) for picture in pictures]
            known = [number for number in numbers if number is not None]
            if len(known) < PICTURES - 1 or len(set(known)) < PICTURES // 2:
                evidence.blame(f"pictures at the doctor: the camera's numbers read {numbers}")


def judge_sound(evidence: Evidence) -> None:
    """Each end heard the other."""
    for end in ("doctor", "touchscreen"):
        name = f"sound/{end}.wav"
        try:
            with wave.open(str(evidence.folder / name)) as file:
                samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        except (OSError, wave.Error, EOFError) as error:
            evidence.blame(f"{name}: no sound ({error})")
            continue
        loud = _loudest_rms(samples.astype(float) / 32768)
        if loud < SILENCE:
            evidence.blame(f"sound at the {end}: silence (loudest 0.2 s: {loud:.4f})")


def _loudest_rms(samples: Any) -> float:
    """RMS of the loudest stretch of 0.2 s: speech pauses, a beep is short."""
    width = 9600
    if len(samples) < width:
        return 0.0
    whole = samples[: len(samples) // width * width].reshape(-1, width)
    return float(np.sqrt((whole**2).mean(axis=1)).max())


def _rounded(numbers: list[float]) -> list[float]:
    return [round(number, 2) for number in numbers]


# --- the rest --------------------------------------------------------------------------------


def judge_screens(evidence: Evidence) -> None:
    """A picture of each step, none of them blank."""
    folder = evidence.folder / "screens"
    names = [file.stem for file in folder.glob("*.png")]
    for wanted in SCREENS:
        if not any(wanted in name and "touchscreen" in name for name in names):
            evidence.blame(f"screens/: nothing of {wanted!r} on the touchscreen")
    if not any("doctor" in name for name in names):
        evidence.blame("screens/: nothing of the doctor's page")
    for file in folder.glob("*.png"):
        picture = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
        if picture is None or float(picture.std()) < 2:
            evidence.blame(f"screens/{file.name}: blank")


def judge(folder: Path) -> list[str]:
    """Return every disagreement; empty when the run did what it says."""
    evidence = Evidence(folder)
    summary = evidence.json("summary.json")
    if summary is None:
        return evidence.problems
    if summary.get("failed"):
        evidence.blame(f"the run did not reach its end: {summary['failed']}")
    try:
        judge_record(evidence, summary)
    except (KeyError, TypeError, StopIteration, ValueError) as error:
        evidence.blame(f"the record or the summary lacks something: {error!r}")
    judge_pictures(evidence)
    judge_sound(evidence)
    judge_screens(evidence)
    if summary.get("incidents"):
        evidence.blame(f"incidents in a run without a fault: {summary['incidents']}")
    return evidence.problems


def main(arguments: list[str]) -> int:
    """Return 0 when everything agrees, 1 when not."""
    parser = argparse.ArgumentParser(prog="python -m cli.judge", description=__doc__)
    parser.add_argument("folder", type=Path)
    problems = judge(parser.parse_args(arguments).folder)
    for problem in problems:
        print(f"judge: {problem}")
    print("judge: " + ("the run does not hold" if problems else "everything agrees"))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
