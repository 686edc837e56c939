"""The judge of an unattended demo: recomputes the result from what it left, trusting none of it.

    python -m cli.judge DIR

It reads the delivered record, the pictures and the sound as each end decoded them, and the
simulator's own journal of what it sent; decodes the raw bytes with a decoder of its own (not the
booth's); and compares. Of `summary.json` it takes what the robots and the observer did and saw,
which is nowhere else, and no verdict. Exit status 0 only when all agrees; every disagreement is
printed.
"""

from __future__ import annotations

import argparse
import hashlib
import html
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from cli.evidence import Evidence
from cli.judge_senses import judge_pictures, judge_screens, judge_sound, judge_words

__all__ = ["Evidence", "attempts", "judge", "judge_record", "sent"]

DELAYS = {"device_to_recorded": (-50, 5000), "recorded_to_page": (-50, 60_000)}  # ms
LATEST = 5.0  # s from an event to what follows at once
QUANTITIES = {"2708-6": "spo2", "8867-4": "pulse_rate"}
UNITS = {"spo2": "%", "pulse_rate": "/min"}
BYTES_A_SECOND = 375


# --- what the simulator sent, what the booth kept --------------------------------------------


@dataclass(frozen=True)
class Sent:
    """The stream of the simulator: bytes; by offset, the values it says each packet carries, and
    when it sent it (seconds, wall clock).
    """

    stream: bytes
    values: dict[int, tuple[int | None, int | None]]
    at: dict[int, float]

    def said_at(self, end: int) -> float:
        """Return when the byte before `end` was on the line. Raises StopIteration."""
        offset = next(offset for offset in sorted(self.at, reverse=True) if offset < end)
        return self.at[offset] + (end - offset) / BYTES_A_SECOND


def sent(evidence: Evidence) -> Sent:
    """Return what the simulator's journal says it sent."""
    stream = bytearray()
    values = {}
    at = {}
    try:
        lines = (evidence.folder / "simulator.jsonl").read_text("utf-8").splitlines()
        for line in lines:
            entry = json.loads(line)
            if entry["kind"] == "packet":
                del stream[entry["offset"] :]  # a packet cut short by an unplug
                stream += bytes.fromhex(entry["hex"])
                values[entry["offset"]] = (entry["spo2"], entry["pulse"])
                at[entry["offset"]] = entry["at"]
    except (OSError, ValueError, KeyError) as error:
        evidence.blame(f"simulator.jsonl: cannot be read ({error})")
    return Sent(bytes(stream), values, at)


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
    return [last_packet(raw, where, sent_) for where, raw in _stretches(evidence, record, sent_)]


def _stretches(evidence: Evidence, record: Path, sent_: Sent) -> list[tuple[int, bytes]]:
    """Return the unbroken stretches of the raw bytes, each with where it starts on the line."""
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
    return [(where, bytes(raw)) for where, raw in found]


# --- the record ------------------------------------------------------------------------------


def judge_record(evidence: Evidence, summary: Any) -> None:
    """Bundle, manifest, raw bytes and simulator agree, and both screens showed the same."""
    record = _record(evidence)
    if record is None:
        return
    _judge_manifest(evidence, record)
    resources = _resources(evidence, record)
    if not resources:
        return
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


def _record(evidence: Evidence) -> Path | None:
    records = [folder for folder in (evidence.folder / "record").glob("*") if folder.is_dir()]
    if len(records) == 1:
        return records[0]
    evidence.blame(f"record/: {len(records)} consultations were delivered, not one")
    return None


def _resources(evidence: Evidence, record: Path) -> list[Any]:
    bundle = evidence.json(f"record/{record.name}/bundle.json")
    return [] if bundle is None else [entry["resource"] for entry in bundle["entry"]]


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
        tags = [tag["code"] for tag in resource.get("meta", {}).get("tag", [])]
        if "HTEST" not in tags:
            kind = resource["resourceType"]
            evidence.blame(f"bundle: {kind} of a demo is not marked as a test's")


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


# --- the whole run ---------------------------------------------------------------------------


def judge_run(evidence: Evidence, summary: Any) -> None:
    """All that this run did is in the record, and nothing else; what was shown was recorded."""
    record = _record(evidence)
    if record is None:
        return
    resources = _resources(evidence, record)
    values = list(_observed(resources))
    if record.name != summary["consultation"]:
        evidence.blame("record/: not the consultation that the doctor took")
    if [int(value) for _, _, value, _ in values] != summary["drawn"]:
        evidence.blame(f"bundle: other values than those drawn, {summary['drawn']}")
    recorded = {ident for ident, *_ in values}
    for screen, shown in summary["shown"].items():
        if set(shown) != recorded:
            evidence.blame(f"the {screen} called recorded what is not, or not what is")
    if {item["id"] for item in summary["measurements"]} != recorded:
        evidence.blame("bundle: not the measurements of the log")
    heard = [(item["measurement"], Decimal(item["value"])) for item in summary["heard"]]
    if sorted(heard) != sorted((ident, value) for ident, _, value, _ in values):
        evidence.blame("acknowledged: other values than those recorded")
    _judge_person(evidence, summary["patient"], resources)
    outcomes = {code for code, _ in _coded(resources, "Observation", "valueCodeableConcept")}
    if summary["report"]["outcome"] not in outcomes:
        evidence.blame("bundle: not the outcome that the doctor chose")
    _judge_times(evidence, summary, record, resources)


def judge_incidents(evidence: Evidence, summary: Any) -> None:
    """A run without a fault has no incident: not in the log, not in the record, not on the page."""
    said = summary["incidents"]
    record = _record(evidence)
    resources = [] if record is None else _resources(evidence, record)
    recorded = [
        coding["code"]
        for resource in resources
        if resource["resourceType"] == "AuditEvent"
        for coding in resource["subtype"]
    ]
    if said or recorded:
        found = sorted({*said, *recorded})
        evidence.blame(f"incidents in a run without a fault: {found}")
    if summary["page_errors"]:
        evidence.blame(f"the doctor's page had errors: {summary['page_errors']}")


def _coded(resources: list[Any], kind: str, name: str) -> Iterator[tuple[str, str]]:
    """Yield code and display of each coding of the field `name`."""
    for resource in resources:
        if resource["resourceType"] == kind and name in resource:
            for coding in resource[name]["coding"]:
                yield coding["code"], coding.get("display", "")


def _judge_person(evidence: Evidence, answers: Any, resources: list[Any]) -> None:
    """The record holds what the patient typed and pressed."""
    (patient,) = (each for each in resources if each["resourceType"] == "Patient")
    (encounter,) = (each for each in resources if each["resourceType"] == "Encounter")
    permitted = [
        each["provision"]["type"] == "permit"
        for each in resources
        if each["resourceType"] == "Consent"
    ]
    there = {
        "name": (patient["name"][0]["family"], " ".join(patient["name"][0]["given"])),
        "birth date": patient["birthDate"],
        "sex": patient["gender"],
        "birth place": patient["extension"][1]["valueAddress"]["text"],
        "reason": encounter["reasonCode"][0]["coding"][0]["code"],
        "consents": permitted,
    }
    given = {
        "name": (answers["birth_name"], answers["given_names"]),
        "birth date": f"{answers['year']}-{answers['month']}-{answers['day']}",
        "sex": {"F": "female", "M": "male", "I": "other"}[answers["sex"]],
        "birth place": answers["birth_place"],
        "reason": answers["reason"],
        "consents": [answers["act"], answers["assistant"]],
    }
    for what, value in given.items():
        if there[what] != value:
            evidence.blame(f"bundle: {what} is not what the patient gave")


def _judge_times(evidence: Evidence, summary: Any, record: Path, resources: list[Any]) -> None:
    """Every time lies where it must: after the bytes, inside the consultation, inside the run."""
    sent_ = sent(evidence)
    stretches = _stretches(evidence, record, sent_)
    said = [sent_.said_at(where + len(raw)) for where, raw in stretches]
    at = [_seconds(r["effectiveDateTime"]) for r in resources if "valueQuantity" in r]
    for measured, bytes_said in zip(sorted(at), sorted([*said, *said]), strict=True):
        if not -0.1 <= measured - bytes_said <= LATEST:
            evidence.blame(f"a value's time is {measured - bytes_said:.3f} s after its last byte")
    recorded_at = {r["id"]: _seconds(r["issued"]) for r in resources if "valueQuantity" in r}
    for item in summary["heard"]:
        if not -0.1 <= float(item["at"]) - recorded_at[item["measurement"]] <= LATEST:
            evidence.blame("a value was acknowledged long before or after it was recorded")
    (encounter,) = (each for each in resources if each["resourceType"] == "Encounter")
    start, end = (_seconds(encounter["period"][name]) for name in ("start", "end"))
    composition = next(each for each in resources if each["resourceType"] == "Composition")
    order = [min(sent_.at.values()), start, *sorted(at), _seconds(composition["date"]), end]
    if order != sorted(order) or end > max(sent_.at.values()) + LATEST:
        evidence.blame(f"bundle: times out of order or outside the run: {order}")
    for item in summary["measurements"]:
        for name, (least, most) in DELAYS.items():
            delay = item["delays_ms"][name]
            if delay is None or not least <= delay <= most:
                evidence.blame(f"{item['quantity']}: {name} took {delay} ms")


def _seconds(instant: str) -> float:
    """Seconds since 1970 of a FHIR instant."""
    return datetime.fromisoformat(instant).timestamp()


def judge(folder: Path) -> list[str]:
    """Return every disagreement; empty when the run did what it says."""
    evidence = Evidence(folder)
    summary = evidence.json("summary.json")
    if summary is None:
        return evidence.problems
    if summary.get("failed"):
        evidence.blame(f"the run did not reach its end: {summary['failed']}")
    parts = [judge_record, judge_run, judge_incidents, judge_words]
    for part in parts:
        if part is judge_run and evidence.problems:
            continue  # what is not recorded as it was sent has no times to judge
        try:
            part(evidence, summary)
        except (KeyError, TypeError, StopIteration, ValueError, ArithmeticError) as error:
            evidence.blame(f"the record or the summary lacks something: {error!r}")
    judge_pictures(evidence)
    judge_sound(evidence)
    judge_screens(evidence)
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
