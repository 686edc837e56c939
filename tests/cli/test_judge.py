"""The judge of the unattended run, against invented artefacts: a good run, and what is not one.

The artefacts of a real run are tampered with in tests/e2e/test_consultation.py; here is what takes
no run to show: wrong camera, wrong sound, hidden incidents, absurd times, words of the other
language, a simulation that does not say so.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import wave
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from cli.demo_content import draw
from cli.judge import judge
from cli.judge_senses import PAGES, PICTURES, SCREENS

BEGAN = 1_800_000_000.0  # s since 1970
DRAWN = [97, 72, 94, 88]
CONSULTATION = "7f8f29b0-6b6e-4d55-8a4e-3f4bb8f35c51"
IDS = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(4)]
RATE = 48_000
REPORT = "Repos, boire de l'eau."
TEST = {"tag": [{"code": "HTEST"}]}
Tamper = Callable[[Path], None]


def packet(spo2: int, pulse: int) -> bytes:
    """Nonin data format 2, only what the judge reads: HR-D, SpO2-D, the synchronising bit."""
    frames = []
    for number in range(25):
        value = {8: spo2, 19: pulse >> 7, 20: pulse & 0x7F}.get(number, 0)
        frame = [1, 0x80 | (number == 0), 100 + number, value]
        frames.append(bytes([*frame, sum(frame) % 256]))
    return b"".join(frames)


def instant(seconds: float) -> str:
    return datetime.fromtimestamp(BEGAN + seconds, UTC).isoformat(timespec="milliseconds")


def write_json(file: Path, value: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


def write_sound(file: Path, samples: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def voice() -> Any:
    """Five seconds of buzzing syllables of drawn pitch, length and colour."""
    drawn = np.random.default_rng(5)
    pieces: list[Any] = []
    while sum(map(len, pieces)) < 5 * RATE:
        t = np.arange(round(RATE * drawn.uniform(0.08, 0.25))) / RATE
        pitch, colour = drawn.uniform(100, 200), drawn.uniform(0.3, 1.5)
        pieces.append(
            0.1 * sum(np.sin(2 * np.pi * k * pitch * t) / k**colour for k in range(1, 20))
        )
        pieces.append(np.zeros(round(RATE * drawn.uniform(0, 0.1))))
    return np.concatenate(pieces)


def beeps() -> Any:
    t = np.arange(4 * RATE) / RATE
    return 0.3 * np.sin(2 * np.pi * 400 * t) * (t % 0.5 < 0.03)


def noise(seconds: float = 3.0) -> Any:
    return np.random.default_rng(6).normal(0, 0.1, round(seconds * RATE))


def picture(file: Path, image: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(file), image)


def grey(number: int) -> Any:
    plain = np.random.default_rng(number).integers(0, 255, (90, 160), dtype=np.uint8)
    return cv2.cvtColor(plain, cv2.COLOR_GRAY2BGR)


def patients(number: int) -> Any:
    return cv2.resize(draw(number), (640, 360), interpolation=cv2.INTER_AREA)


# When each attempt's bytes begin and end, and what follows, in seconds of the run.
ATTEMPTS = (1.0, 11.0)
VALUES_AT = (2.05, 12.05)


def resources() -> list[Any]:
    def coded(code: str) -> dict[str, Any]:
        return {"coding": [{"code": code}]}

    measured = [
        {
            "resourceType": "Observation",
            "id": IDS[number],
            "code": coded(("2708-6", "8867-4")[number % 2]),
            "effectiveDateTime": instant(VALUES_AT[number // 2]),
            "issued": instant(VALUES_AT[number // 2] + 0.01),
            "valueQuantity": {"value": DRAWN[number], "code": ("%", "/min")[number % 2]},
        }
        for number in range(4)
    ]
    consents = [
        {"resourceType": "Consent", "provision": {"type": kind}} for kind in ("permit", "deny")
    ]
    made: list[dict[str, Any]] = [
        {
            "resourceType": "Composition",
            "status": "final",
            "date": instant(15),
            "section": [{"text": {"div": "<p>Repos, boire de l&#x27;eau.</p>"}}],
        },
        {
            "resourceType": "Patient",
            "name": [{"family": "Noël", "given": ["Zoé"]}],
            "birthDate": "1946-03-05",
            "gender": "female",
            "extension": [{}, {"valueAddress": {"text": "Lille"}}],
        },
        {
            "resourceType": "Encounter",
            "period": {"start": instant(0.95), "end": instant(16)},
            "reasonCode": [coded("cough")],
        },
        {"resourceType": "Observation", "valueCodeableConcept": coded("reassured")},
        *measured,
        *consents,
    ]
    return [{**each, "meta": TEST} for each in made]


def summary() -> dict[str, Any]:
    quantities = ("spo2", "pulse_rate")
    rail = ["Télécabine", "Simulation", "Caméra", "Aide"]
    return {
        "language": "fr",
        "consultation": CONSULTATION,
        "drawn": DRAWN,
        "measurements": [
            {
                "id": ident,
                "quantity": quantities[number % 2],
                "delays_ms": {"device_to_recorded": 50.0, "recorded_to_page": 40.0},
                "shown": {"touchscreen": str(DRAWN[number]), "doctor": str(DRAWN[number])},
            }
            for number, ident in enumerate(IDS)
        ],
        "acknowledged": IDS,
        "heard": [
            {
                "measurement": ident,
                "value": str(DRAWN[number]),
                "at": BEGAN + VALUES_AT[number // 2] + 0.02,
            }
            for number, ident in enumerate(IDS)
        ],
        "shown": {
            screen: {ident: str(value) for ident, value in zip(IDS, DRAWN, strict=True)}
            for screen in ("touchscreen", "doctor")
        },
        "report": {"written": REPORT, "outcome": "reassured", "touchscreen": f"Vu\n{REPORT}"},
        "patient": {
            "birth_name": "Noël",
            "given_names": "Zoé",
            "day": "05",
            "month": "03",
            "year": "1946",
            "sex": "F",
            "birth_place": "Lille",
            "reason": "cough",
            "act": True,
            "assistant": False,
        },
        "words": {
            "doctor": "SIMULÉ Saturation 97 %",
            "doctor_language": "fr",
            "touchscreen": [
                {"page": page, "language": "fr", "texts": [*rail, "Posez le doigt"]}
                for page in ("welcome", *PAGES)
            ],
        },
        "incidents": [],
        "page_errors": [],
    }


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    record = folder / "record" / CONSULTATION
    journal = []
    raw = []
    for number, began in enumerate((*ATTEMPTS, 16.0)):
        bytes_ = packet(*DRAWN[2 * number : 2 * number + 2] or (99, 60))
        gap = bytes([number])  # not of the record: what came between the attempts
        journal.append((125 * number + number, gap, began - 0.1))
        journal.append((126 * number + 1, bytes_, began + 0.7))
        if number < 2:
            raw.append(f"raw/{number}.bin")
            (record / "raw").mkdir(parents=True, exist_ok=True)
            (record / raw[-1]).write_bytes(bytes_)
    (folder / "simulator.jsonl").write_text(
        "".join(
            json.dumps(
                {
                    "kind": "packet",
                    "at": BEGAN + at,
                    "offset": offset,
                    "hex": bytes_.hex(),
                    "spo2": bytes_[43] if len(bytes_) == 125 else None,
                    "pulse": bytes_[98] << 7 | bytes_[103] if len(bytes_) == 125 else None,
                }
            )
            + "\n"
            for offset, bytes_, at in journal
        ),
        encoding="utf-8",
    )
    write_json(record / "bundle.json", {"entry": [{"resource": each} for each in resources()]})
    write_manifest(record, raw)
    write_json(folder / "summary.json", summary())
    for number in range(PICTURES):
        picture(folder / f"pictures/doctor-{number}.png", patients(10 * number))
        picture(folder / f"pictures/touchscreen-{number}.png", grey(number))
    said = voice()
    write_sound(folder / "sound/patient-said.wav", said)
    write_sound(folder / "sound/doctor.wav", said[RATE : 4 * RATE] * 0.5)
    write_sound(folder / "sound/touchscreen.wav", beeps())
    for number, step in enumerate(SCREENS):
        picture(folder / f"screens/touchscreen-{number:02}-{step}.png", grey(100 + number))
    picture(folder / "screens/doctor-01-measured.png", grey(200))
    return folder


def write_manifest(record: Path, raw: list[str]) -> None:
    names = ["bundle.json", *raw]
    files = [
        {"name": name, "sha256": hashlib.sha256((record / name).read_bytes()).hexdigest()}
        for name in names
    ]
    write_json(record / "manifest.json", {"files": files, "raw": raw})


def test_the_invented_run_is_a_good_one(good: Path) -> None:
    assert judge(good) == []


# --- tampering -------------------------------------------------------------------------------


def in_summary(change: Callable[[Any], Any]) -> Tamper:
    def tamper(folder: Path) -> None:
        said = json.loads((folder / "summary.json").read_text("utf-8"))
        change(said)
        write_json(folder / "summary.json", said)

    return tamper


def in_bundle(change: Callable[[list[Any]], Any]) -> Tamper:
    """The manifest is made true again: a booth that errs, errs consistently."""

    def tamper(folder: Path) -> None:
        record = folder / "record" / CONSULTATION
        bundle = json.loads((record / "bundle.json").read_text("utf-8"))
        found = [entry["resource"] for entry in bundle["entry"]]
        change(found)
        write_json(record / "bundle.json", {"entry": [{"resource": each} for each in found]})
        write_manifest(record, ["raw/0.bin", "raw/1.bin"])

    return tamper


def of(kind: str, change: Callable[[Any], Any], number: int = 0) -> Tamper:
    return in_bundle(lambda found: change([r for r in found if r["resourceType"] == kind][number]))


def sound(name: str, samples: Callable[[], Any]) -> Tamper:
    return lambda folder: write_sound(folder / f"sound/{name}.wav", samples())


def pictures(end: str, drawn: Callable[[int], Any]) -> Tamper:
    def tamper(folder: Path) -> None:
        for number in range(PICTURES):
            picture(folder / f"pictures/{end}-{number}.png", drawn(number))

    return tamper


def both_show(value: str) -> Tamper:
    def change(said: Any) -> None:
        said["measurements"][0]["shown"] = {"touchscreen": value, "doctor": value}

    return in_summary(change)


def hidden_incident(found: list[Any]) -> None:
    found.append(
        {
            "resourceType": "AuditEvent",
            "meta": TEST,
            "subtype": [{"code": "call_lost"}],
        }
    )


def delay(name: str, value: float | None) -> Tamper:
    return in_summary(lambda said: said["measurements"][2]["delays_ms"].update({name: value}))


def word(page: int, text: str) -> Tamper:
    return in_summary(lambda said: said["words"]["touchscreen"][page]["texts"].append(text))


def never_says_simulated(said: Any) -> None:
    said["words"]["touchscreen"][3]["texts"].remove("Simulation")


def stuck_screen(folder: Path) -> None:
    for file in (folder / "screens").glob("touchscreen-*.png"):
        picture(file, grey(1))


def blank_screen(folder: Path) -> None:
    picture(next((folder / "screens").glob("*-report.png")), np.full((90, 160, 3), 250, np.uint8))


TAMPERED: list[tuple[str, Tamper, str]] = [
    ("both_screens_wrong", both_show("98"), "the touchscreen showed '98'"),
    ("shown_as_other_text", both_show("97.0"), "the doctor showed '97.0'"),
    (
        "shown_recorded_is_not",
        in_summary(lambda said: said["shown"]["doctor"].update({"x": "91"})),
        "the doctor called recorded what is not",
    ),
    (
        "acknowledged_otherwise",
        in_summary(lambda said: said["heard"][0].update(value="98")),
        "acknowledged: other values",
    ),
    (
        "acknowledged_before",
        in_summary(lambda said: said["heard"][0].update(at=BEGAN + 1.5)),
        "acknowledged long before",
    ),
    (
        "in_the_log_only",
        in_summary(
            lambda said: said["measurements"].append({**said["measurements"][0], "id": "x"})
        ),
        "not the measurements of the log",
    ),
    (
        "not_what_was_drawn",
        in_summary(lambda said: said.update(drawn=[97, 72, 94, 89])),
        "other values than those drawn",
    ),
    (
        "another_consultation",
        in_summary(lambda said: said.update(consultation="x")),
        "not the consultation",
    ),
    ("own_camera", pictures("touchscreen", patients), "not those of the doctor's camera"),
    ("other_camera", pictures("doctor", grey), "the camera's numbers read"),
    ("noise_to_the_doctor", sound("doctor", noise), "not the patient's voice"),
    ("own_beeps_to_the_doctor", sound("doctor", beeps), "not the patient's voice"),
    ("silence_to_the_doctor", sound("doctor", lambda: noise() * 0.001), "silence"),
    ("noise_to_the_patient", sound("touchscreen", noise), "no beep each 0.5 s"),
    ("own_voice_to_the_patient", sound("touchscreen", voice), "no beep each 0.5 s"),
    ("no_sound_at_all", sound("touchscreen", lambda: np.zeros(0)), "silence"),
    ("incident_left_out", in_bundle(hidden_incident), "['call_lost']"),
    ("errors_of_the_page", in_summary(lambda s: s.update(page_errors=["policy: x"])), "errors"),
    ("never_measured", delay("device_to_recorded", None), "device_to_recorded took None"),
    ("before_it_happened", delay("recorded_to_page", -900.0), "took -900"),
    ("very_late", delay("recorded_to_page", 90_000.0), "took 90000"),
    (
        "time_of_another_year",
        in_bundle(
            lambda found: [
                each.update(effectiveDateTime=each["effectiveDateTime"].replace("2027", "1970"))
                for each in found
                if "valueQuantity" in each
            ]
        ),
        "after its last byte",
    ),
    (
        "signed_before_it_began",
        of("Composition", lambda r: r.update(date=instant(0))),
        "times out of order",
    ),
    (
        "ended_tomorrow",
        of("Encounter", lambda r: r["period"].update(end=instant(86_400))),
        "outside the run",
    ),
    ("other_name", of("Patient", lambda r: r["name"][0].update(family="Noel")), "name is not"),
    ("other_birth_date", of("Patient", lambda r: r.update(birthDate="1946-05-03")), "birth date"),
    (
        "consent_not_given",
        of("Consent", lambda r: r["provision"].update(type="permit"), 1),
        "consents is not",
    ),
    (
        "other_outcome",
        in_summary(lambda s: s["report"].update(outcome="emergency")),
        "not the outcome",
    ),
    ("patient_not_a_tests", of("Patient", lambda r: r.pop("meta")), "Patient of a demo is not"),
    ("stuck_screen", stuck_screen, "pictures of different steps are the same"),
    ("blank_screen", blank_screen, "blank"),
    ("english_name", word(1, "Continue"), "not 'fr' on the consent page"),
    ("english_sentence", word(2, "Put a finger into the clip"), "not 'fr' on the measure page"),
    ("never_says_simulated", in_summary(never_says_simulated), "does not say that it is simulated"),
    (
        "page_in_english",
        in_summary(lambda said: said["words"].update(doctor_language="en")),
        "the doctor's page is not in 'fr'",
    ),
    (
        "page_never_says_simulated",
        in_summary(lambda said: said["words"].update(doctor="Saturation 97 %")),
        "the doctor's page does not say that it is simulated",
    ),
    (
        "page_left_out",
        in_summary(lambda said: said["words"]["touchscreen"].pop()),
        "the goodbye page was never in 'fr'",
    ),
    ("says_nothing", in_summary(lambda said: said.clear()), "lacks something"),
]


@pytest.mark.parametrize(("_", "tamper", "reason"), TAMPERED, ids=[name for name, *_ in TAMPERED])
def test_what_is_not_as_it_should_be_is_refused_for_that(
    good: Path, tmp_path: Path, _: str, tamper: Tamper, reason: str
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(good, copy)
    tamper(copy)
    problems = judge(copy)
    assert any(reason in problem for problem in problems), problems
