"""The document bundle: right, rebuilt identical, and judged by a judge that can be red."""

from __future__ import annotations

import copy
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.consultation import Giver, Instrument, Language, Outcome, RedFlag
from contracts.measurement import Absence, Absent, Present, Quality, Quantity
from contracts.screen import Failure
from kiosk.documents import codes
from kiosk.documents.canonical import encode
from kiosk.documents.errors import DocumentError
from kiosk.documents.fhir import bundle, document
from kiosk.record.entry import Entry
from kiosk.record.events import (
    INCIDENTS,
    Closed,
    ConsentGiven,
    Incident,
    MeasurementFailed,
    MediumChanged,
    NamesGiven,
    RedFlagsAnswered,
    ReportReceived,
)
from tests.kiosk.documents import samples
from tests.kiosk.documents.judge import codings, faults, marked
from tests.mutation import red_under


def rebuilt(entries: tuple[Entry, ...]) -> dict[str, Any]:
    """As a receiver reads it."""
    found: dict[str, Any] = json.loads(document(entries), parse_float=Decimal, parse_int=Decimal)
    return found


def of(made: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [e["resource"] for e in made["entry"] if e["resource"]["resourceType"] == kind]


def words(narrative: dict[str, Any]) -> str:
    return "\n".join(ET.fromstring(narrative["div"]).itertext())


def section(made: dict[str, Any], code: str) -> dict[str, Any]:
    (composition,) = of(made, "Composition")
    (found,) = [s for s in composition["section"] if code in {c for _, c in codings(s["code"])}]
    return found  # type: ignore[no-any-return]  # JSON


CONSULTATIONS = {
    "full": samples.full(),
    "simulated": samples.full(device=samples.SIMULATED, simulated=("oximeter",)),
    "left": samples.left(),
    "barest": samples.barest(),
    "refused": samples.log(
        (
            samples.opened(),
            ConsentGiven(Giver.GUARDIAN, False, False, "2026-01", Language.EN),
            Closed("consent_refused", None),
        )
    ),
    "failed": samples.log(
        (
            samples.opened(simulated=("oximeter",)),
            MeasurementFailed(Instrument.OXIMETER, 1, Failure.DEVICE_ABSENT),
            Closed("patient_left", Outcome.TECHNICAL_FAILURE),
        )
    ),
}


@pytest.mark.parametrize("name", CONSULTATIONS)
def test_the_judge_finds_nothing(name: str) -> None:
    assert faults(document(CONSULTATIONS[name])) == []


@pytest.mark.parametrize("name", CONSULTATIONS)
def test_a_bundle_rebuilt_is_identical(name: str) -> None:
    entries = CONSULTATIONS[name]
    assert document(entries) == document(tuple(copy.deepcopy(list(entries))))


def test_two_consultations_share_no_id() -> None:
    other = "9b2e5d0a-3a6e-4f5b-8f58-f5d6e2f6a001"
    first = rebuilt(samples.barest())
    second = rebuilt(
        samples.log((samples.opened(consultation=other), Closed("interrupted", None)), other)
    )
    ids = [{e["fullUrl"] for e in made["entry"]} for made in (first, second)]
    assert not ids[0] & ids[1]


# --- values ------------------------------------------------------------------------------------


@red_under(
    "kiosk/documents/canonical.py",
    old='decimal_format="number"',
    new='decimal_format="string"',
)
@pytest.mark.parametrize("digits", ["97", "97.0", "36.60", "100.000", "0", "1E+2", "0.1"])
def test_a_value_keeps_its_digits(digits: str) -> None:
    text = document(
        samples.log(
            (
                samples.opened(),
                samples.measured(Present(Decimal(digits), "%")),
                Closed("patient_left", None),
            )
        )
    )
    (found,) = re.findall(rb'"valueQuantity":\{[^}]*"value":([^,}]*)\}', text)
    assert found.decode() == digits


@given(
    value=st.decimals(allow_nan=True, allow_infinity=True),
    quality=st.lists(st.sampled_from(list(Quality)), unique=True).map(tuple),
    quantity=st.sampled_from(list(Quantity)),
)
def test_any_recorded_decimal_is_exact_or_absent(
    value: Decimal, quality: tuple[Quality, ...], quantity: Quantity
) -> None:
    unit = {"spo2": "%", "pulse_rate": "/min"}[quantity.value]
    event = samples.measured(Present(value, unit), quantity=quantity, quality=quality)
    text = document(samples.log((samples.opened(), event, Closed("patient_left", None))))
    assert faults(text) == []
    found = of(json.loads(text, parse_float=Decimal, parse_int=Decimal), "Observation")[0]
    if value.is_finite():
        assert found["valueQuantity"]["value"].as_tuple() == value.as_tuple()
    else:
        assert "valueQuantity" not in found
        assert found["dataAbsentReason"]["coding"][0]["code"] in {
            "not-a-number",
            "negative-infinity",
            "positive-infinity",
        }


def test_a_value_says_all_that_lets_a_doctor_trust_it() -> None:
    made = rebuilt(samples.full())
    (found,) = [o for o in of(made, "Observation") if o.get("valueQuantity", {}).get("code") == "%"]
    assert found["id"] == samples.ident(16)
    assert found["effectiveDateTime"] == "2026-03-02T09:01:00.123Z"
    assert found["method"]["text"] == "nonin-df2, décodeur 1"
    (patient,) = of(made, "Patient")
    assert found["performer"] == [{"reference": f"urn:uuid:{patient['id']}"}]
    devices = {f"urn:uuid:{d['id']}": d for d in of(made, "Device")}
    device = devices[found["device"]["reference"]]
    assert (device["manufacturer"], device["modelNumber"], device["serialNumber"]) == (
        "Nonin",
        "OEM III",
        "501234567",
    )
    low, battery = found["interpretation"]
    assert {code for _, code in codings(low)} == {"questionable", "low_perfusion"}
    assert {code for _, code in codings(battery)} == {"low_battery"}
    assert len(found["derivedFrom"]) == 1
    assert not marked(found)


@red_under(
    "kiosk/documents/observations.py",
    old="logged.id, ids, simulated=measured.device.simulated)",
    new="logged.id, ids, simulated=False)",
)
def test_what_is_simulated_says_so_everywhere() -> None:
    made = rebuilt(samples.full(device=samples.SIMULATED, simulated=("oximeter",)))
    assert marked(made)
    for resource in (entry["resource"] for entry in made["entry"]):
        assert marked(resource), resource["resourceType"]
    for observation in of(made, "Observation"):
        if observation["code"].get("text") in set(codes.QUANTITY.values()):
            assert observation["note"][0]["text"].startswith("SIMULÉ")
    assert "SIMULÉ" in words(of(made, "Composition")[0]["text"])
    assert "SIMULÉ" in words(section(made, "8716-3")["text"])


def test_a_real_value_in_a_booth_with_a_simulated_camera_is_real() -> None:
    made = rebuilt(samples.full(simulated=("camera",)))
    assert faults(document(samples.full(simulated=("camera",)))) == []
    assert marked(made)
    assert "Simulé dans cette cabine : caméra" in words(of(made, "Composition")[0]["text"])
    assert "SIMULÉ" not in words(section(made, "8716-3")["text"])
    for observation in of(made, "Observation"):
        if "vital-signs" in {c for k in observation.get("category", []) for _, c in codings(k)}:
            assert not marked(observation)


def test_what_is_real_is_nowhere_marked_simulated() -> None:
    text = document(samples.full())
    assert b"HTEST" not in text
    assert "SIMULÉ" not in text.decode()


@pytest.mark.parametrize("reason", list(Absence))
def test_no_value_is_a_reason_and_never_a_number(reason: Absence) -> None:
    made = rebuilt(
        samples.log(
            (samples.opened(), samples.measured(Absent(reason)), Closed("patient_left", None))
        )
    )
    (found,) = [o for o in of(made, "Observation") if "dataAbsentReason" in o]
    assert "valueQuantity" not in found
    assert reason.value in {code for _, code in codings(found["dataAbsentReason"])}


@pytest.mark.parametrize("why", list(Failure))
def test_a_failed_attempt_is_an_absence_of_each_of_its_quantities(why: Failure) -> None:
    entries = samples.log(
        (
            samples.opened(),
            MeasurementFailed(Instrument.OXIMETER, 1, why),
            Closed("patient_left", None),
        )
    )
    assert faults(document(entries)) == []
    absent = [o for o in of(rebuilt(entries), "Observation") if "dataAbsentReason" in o]
    assert [o["meta"]["profile"][0].rsplit("/", 1)[1] for o in absent] == ["oxygensat", "heartrate"]


def test_a_wrong_unit_makes_no_document_and_quotes_no_value() -> None:
    entries = samples.log(
        (
            samples.opened(),
            samples.measured(Present(Decimal("61.25"), "/min"), quantity=Quantity.SPO2),
            Closed("patient_left", None),
        )
    )
    with pytest.raises(DocumentError) as caught:
        document(entries)
    assert "61" not in str(caught.value)


# --- the curve ---------------------------------------------------------------------------------


def test_a_curve_is_cut_where_samples_are_missing() -> None:
    made = rebuilt(samples.full())
    found = [o["valueSampledData"] for o in of(made, "Observation") if "valueSampledData" in o]
    assert [curve["data"] for curve in found] == [
        "0.0 0.4980392156862745 1.0 0.5 0.00005",
        "0.25",
    ]
    assert found[0]["period"] == Decimal("13.3333333333333")


@given(
    blocks=st.lists(
        st.lists(st.floats(0, 1), min_size=1, max_size=90).map(tuple), min_size=1, max_size=4
    )
)
def test_every_sample_comes_back_as_it_was(blocks: list[tuple[float, ...]]) -> None:
    events, start = [], 0
    for block in blocks:
        events.append(samples.curve(start, block))
        start += len(block)
    text = document(samples.log((samples.opened(), *events, Closed("patient_left", None))))
    assert faults(text) == []
    (found,) = [
        o
        for o in of(json.loads(text, parse_float=Decimal), "Observation")
        if "valueSampledData" in o
    ]
    back = [float(sample) for sample in found["valueSampledData"]["data"].split()]
    assert back == [sample for block in blocks for sample in block]


def test_attempts_and_devices_are_not_joined() -> None:
    entries = samples.log(
        (
            samples.opened(),
            samples.curve(0, (0.1,), attempt=1),
            samples.curve(1, (0.2,), attempt=2),
            samples.curve(2, (0.3,), attempt=2, device=samples.SIMULATED),
            Closed("patient_left", None),
        )
    )
    assert faults(document(entries)) == []
    curves = [o for o in of(rebuilt(entries), "Observation") if "valueSampledData" in o]
    assert [o["valueSampledData"]["data"] for o in curves] == ["0.1", "0.2", "0.3"]
    assert [marked(o) for o in curves] == [False, False, True]


# --- the report --------------------------------------------------------------------------------


def test_a_signed_report_is_final_attested_and_word_for_word() -> None:
    made = rebuilt(samples.full())
    (composition,) = of(made, "Composition")
    assert composition["status"] == "final"
    assert composition["date"] == "2026-03-02T09:12:31.500Z"
    (practitioner,) = of(made, "Practitioner")
    assert composition["author"][0]["reference"] == f"urn:uuid:{practitioner['id']}"
    (impression,) = of(made, "ClinicalImpression")
    assert impression["summary"] == samples.TEXT
    shown = words(section(made, "51847-2")["text"])
    for line in samples.TEXT.split("\n"):
        assert line in shown
    (outcome,) = [
        o
        for o in of(made, "Observation")
        if ("https://telecabine.invalid/fhir/CodeSystem/outcome", "reassured")
        in codings(o.get("valueCodeableConcept"))
    ]
    assert outcome["performer"][0]["reference"] == f"urn:uuid:{practitioner['id']}"


@red_under(
    "kiosk/documents/fhir.py",
    old='        "status": "preliminary",',
    new='        "status": "final",',
)
@pytest.mark.parametrize("why", list(codes.NO_REPORT))
def test_without_a_report_the_document_is_preliminary_and_says_why(why: str) -> None:
    made = rebuilt(samples.left(why, None))
    (composition,) = of(made, "Composition")
    assert composition["status"] == "preliminary"
    assert "attester" not in composition
    assert not of(made, "ClinicalImpression")
    reason = section(made, "51847-2")["emptyReason"]
    assert why in {code for _, code in codings(reason)}


def test_a_report_sent_twice_is_one_and_two_are_amended() -> None:
    twice = samples.log(
        (
            samples.opened(),
            ReportReceived("a", samples.REPORT),
            ReportReceived("a", samples.REPORT),
            Closed("report_read", Outcome.REASSURED),
        )
    )
    made = rebuilt(twice)
    assert len(of(made, "ClinicalImpression")) == 1
    assert of(made, "Composition")[0]["status"] == "final"
    second = type(samples.REPORT)(
        id="another",
        doctor=samples.DOCTOR,
        outcome=Outcome.PHYSICAL_VISIT,
        text="Corrigé",
        signed_at="hier",
    )
    both = samples.log(
        (
            samples.opened(),
            ReportReceived("a", samples.REPORT),
            ReportReceived("b", second),
            Closed("report_read", Outcome.REASSURED),
        )
    )
    assert faults(document(both)) == []
    made = rebuilt(both)
    assert of(made, "Composition")[0]["status"] == "amended"
    assert [i["summary"] for i in of(made, "ClinicalImpression")] == [samples.TEXT, "Corrigé"]


@given(text=st.text(min_size=1), name=st.text(min_size=1))
def test_any_typed_text_makes_a_document(text: str, name: str) -> None:
    report = type(samples.REPORT)(
        id="r", doctor=samples.DOCTOR, outcome=Outcome.RESOLVED, text=text, signed_at=""
    )
    entries = samples.log(
        (
            samples.opened(),
            NamesGiven(name, "A"),
            ReportReceived("a", report),
            Closed("report_read", None),
        )
    )
    made = document(entries)
    assert faults(made) == []
    impression = of(json.loads(made), "ClinicalImpression")[0]
    assert impression.get("summary", text) == text


# --- the rest of the record --------------------------------------------------------------------


def test_the_last_word_of_a_patient_who_went_back_counts() -> None:
    made = rebuilt(
        samples.log(
            (
                samples.opened(),
                NamesGiven("Faute", "Une"),
                NamesGiven("Juste", "Une"),
                Closed("patient_left", None),
            )
        )
    )
    (patient,) = of(made, "Patient")
    assert patient["name"][0]["family"] == "Juste"


def test_both_consents_are_there_and_the_last_answer_stands() -> None:
    entries = samples.log(
        (
            samples.opened(),
            ConsentGiven(Giver.PATIENT, True, True, "v1", Language.FR),
            ConsentGiven(Giver.PARENT, True, False, "v1", Language.FR),
            Closed("patient_left", None),
        )
    )
    assert faults(document(entries)) == []
    made = rebuilt(entries)
    assert [(c["status"], c["provision"]["type"]) for c in of(made, "Consent")] == [
        ("inactive", "permit"),
        ("inactive", "permit"),
        ("active", "permit"),
        ("rejected", "deny"),
    ]
    (parent,) = of(made, "RelatedPerson")
    assert of(made, "Consent")[3]["performer"] == [{"reference": f"urn:uuid:{parent['id']}"}]


@pytest.mark.parametrize("code", list(INCIDENTS))
def test_every_incident_is_in_the_record_in_words_and_in_code(code: str) -> None:
    assert code in codes.INCIDENT
    made = rebuilt(samples.log((samples.opened(), Incident(code), Closed("patient_left", None))))
    (event,) = of(made, "AuditEvent")
    assert event["subtype"][0]["code"] == code
    assert codes.INCIDENT[code] in words(section(made, "incidents")["text"])


def test_the_medium_is_kept_over_time_and_its_loss_flags_billing() -> None:
    made = rebuilt(samples.full())
    stretches = [
        (
            o["effectivePeriod"]["start"],
            o["effectivePeriod"]["end"],
            o["valueCodeableConcept"]["coding"][0]["code"],
        )
        for o in of(made, "Observation")
        if "medium" in {code for _, code in codings(o["code"])}
    ]
    assert [medium for *_, medium in stretches] == ["video", "none", "video"]
    assert stretches[0][1] == stretches[1][0]
    assert stretches[2][1] == made["timestamp"]
    assert "facturation à confirmer" in words(section(made, "medium")["text"])
    steady = rebuilt(
        samples.log((samples.opened(), MediumChanged("video"), Closed("patient_left", None)))
    )
    assert "facturation" not in words(section(steady, "medium")["text"])


def test_red_flags_are_in_the_encounter_and_in_words() -> None:
    made = rebuilt(
        samples.log(
            (
                samples.opened(),
                RedFlagsAnswered((RedFlag.CHEST_PAIN,)),
                Closed("emergency", Outcome.EMERGENCY),
            )
        )
    )
    (encounter,) = of(made, "Encounter")
    assert encounter["reasonCode"][0]["coding"][0]["code"] == "chest_pain"
    assert "Douleur dans la poitrine" in words(section(made, "29299-5")["text"])


def test_every_code_of_ours_has_words() -> None:
    """A value added to the contracts without its words would stop a document at delivery."""
    from contracts import consultation, measurement, screen

    for table, values in (
        (codes.GENDER, consultation.Sex),
        (codes.GIVER, consultation.Giver),
        (codes.REASON, consultation.Reason),
        (codes.RED_FLAG, consultation.RedFlag),
        (codes.OUTCOME, consultation.Outcome),
        (codes.QUALITY, measurement.Quality),
        (codes.ABSENCE, measurement.Absence),
        (codes.FAILURE, screen.Failure),
    ):
        assert set(table) == set(values), values
    assert set(codes.PART) == {part.value for part in screen.Part}


# --- what makes no document --------------------------------------------------------------------


def _without_time_zone(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    event = samples.measured(Present(Decimal(1), "%"))
    naive = type(event.measurement)(
        **{
            name: getattr(event.measurement, name)
            for name in event.measurement.__struct_fields__
            if name != "taken_at"
        },
        taken_at=samples.START.replace(tzinfo=None),
    )
    return samples.log(
        (
            samples.opened(),
            type(event)(event.instrument, event.attempt, naive),
            Closed("patient_left", None),
        )
    )


@pytest.mark.parametrize(
    "spoil",
    [
        lambda entries: (),
        lambda entries: entries[1:],
        lambda entries: entries[:-1],
        lambda entries: (*entries[:5], *entries[6:]),
        lambda entries: (*entries, *samples.log((Closed("patient_left", None),))),
        lambda entries: (entries[0], entries[0], *entries[1:]),
        lambda entries: (entries[1], entries[0], *entries[2:]),
        lambda entries: tuple(
            Entry(e.seq, f"not-{e.id}", e.utc, e.monotonic_ns, e.event, e.raw) for e in entries
        ),
        _without_time_zone,
    ],
)
def test_what_is_not_one_whole_consultation_makes_no_document(
    spoil: Callable[[tuple[Entry, ...]], tuple[Entry, ...]],
) -> None:
    with pytest.raises(DocumentError):
        document(spoil(samples.full()))


# --- the judge is no rubber stamp --------------------------------------------------------------


def _at(node: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        node = node[step]
    return node


REQUIRED = [
    "entry", "identifier", "identifier.system", "identifier.value", "timestamp", "type",
    "entry.0.fullUrl", "entry.0.resource",
    "entry.0.resource.status", "entry.0.resource.type", "entry.0.resource.date",
    "entry.0.resource.author", "entry.0.resource.title", "entry.0.resource.subject",
    "entry.0.resource.section", "entry.0.resource.attester", "entry.0.resource.identifier",
    "Patient.extension", "Patient.extension.0.extension",
    "Patient.extension.0.extension.0.valueCoding.code",
    "Encounter.class", "Encounter.class.code", "Encounter.period", "Encounter.period.start",
    "Encounter.status", "Encounter.subject", "Encounter.identifier", "Encounter.serviceProvider",
    "Practitioner.identifier", "Practitioner.identifier.0.value", "Practitioner.name",
    "Organization.name", "Location.managingOrganization",
    "SPO2.status", "SPO2.category", "SPO2.code", "SPO2.subject", "SPO2.effectiveDateTime",
    "SPO2.valueQuantity", "SPO2.valueQuantity.value", "SPO2.valueQuantity.unit",
    "SPO2.valueQuantity.system", "SPO2.valueQuantity.code", "SPO2.device", "SPO2.performer",
    "SPO2.meta.profile", "SPO2.method", "SPO2.code.coding.0", "SPO2.code.coding.1",
    "SPO2.code.coding.2",
    "PULSE.valueQuantity", "PULSE.code.coding.0", "PULSE.code.coding.1", "PULSE.category",
    "ABSENT.dataAbsentReason", "ABSENT.dataAbsentReason.coding.0",
    "PLETH.valueSampledData", "PLETH.valueSampledData.period", "PLETH.valueSampledData.origin",
    "PLETH.valueSampledData.factor", "PLETH.valueSampledData.dimensions",
    "PLETH.valueSampledData.data", "PLETH.code.coding.0", "PLETH.device", "PLETH.effectivePeriod",
    "Consent.status", "Consent.scope", "Consent.category", "Consent.patient",
    "Consent.policyRule", "Consent.provision", "Consent.performer", "Consent.dateTime",
    "AuditEvent.type", "AuditEvent.recorded", "AuditEvent.agent", "AuditEvent.source",
    "AuditEvent.subtype", "AuditEvent.outcome",
    "ClinicalImpression.status", "ClinicalImpression.subject", "ClinicalImpression.assessor",
    "Device.deviceName", "Device.type",
    # marks of simulation
    "meta.tag", "meta.security", "SPO2.meta.tag", "SPO2.meta.security", "SPO2.note",
    "PULSE.meta", "PLETH.meta.security", "ABSENT.meta", "INSTRUMENT.meta",
]  # fmt: skip

SWAPPED = [
    ("SPO2.valueQuantity.code", "/min"), ("SPO2.valueQuantity.unit", "/min"),
    ("SPO2.valueQuantity.value", "97"), ("SPO2.valueQuantity.system", "http://loinc.org"),
    ("SPO2.code.coding.0.code", "8867-4"), ("SPO2.code.coding.1.code", "2708-6"),
    ("SPO2.code.coding.2.code", "149530"), ("SPO2.code.coding.0.system", "http://snomed.info/sct"),
    ("PULSE.valueQuantity.code", "%"), ("PULSE.code.coding.0.code", "2708-6"),
    ("PULSE.meta.profile.0", "http://hl7.org/fhir/StructureDefinition/oxygensat"),
    ("ABSENT.dataAbsentReason.coding.0.code", "whatever"),
    ("PLETH.code.coding.0.code", "150456"), ("PLETH.valueSampledData.data", "1 2 x"),
    ("PLETH.valueSampledData.factor", Decimal(2)), ("PLETH.valueSampledData.data", "0.5 1.5"),
    ("entry.0.resource.type.coding.0.code", "11488-4"), ("type", "collection"),
    ("entry.0.resource.status", "preliminary"), ("entry.0.resource.status", "done"),
    ("Encounter.class.code", "AMB"), ("Patient.extension.0.extension.0.valueCoding.code", "QUAL"),
    ("Patient.identifier", [{"system": "urn:oid:1.2.250.1.213.1.4.8", "value": "1"}]),
    ("Practitioner.identifier.1.value", "123"), ("Practitioner.identifier.0.value", "10001234567"),
    ("Consent.provision.type", "deny"), ("Consent.status", "rejected"),
    ("SPO2.subject.reference", "urn:uuid:00000000-0000-4000-8000-000000000001"),
    ("SPO2.device.reference", "PATIENT"), ("SPO2.subject.reference", "ENCOUNTER"),
    ("entry.1.fullUrl", "urn:uuid:00000000-0000-4000-8000-000000000001"),
    ("entry.0.resource.text.div", "<div>oops"), ("SPO2.dataAbsentReason", {"text": "both"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def good() -> dict[str, Any]:
    return bundle(samples.full(device=samples.SIMULATED, simulated=("oximeter",)))


def _resolve(made: dict[str, Any], path: str) -> tuple[Any, ...]:
    """A path in the bundle; the first word may name a resource by kind or nickname."""
    head, _, rest = path.partition(".")
    tail = tuple(int(s) if s.isdigit() else s for s in rest.split(".")) if rest else ()
    for number, entry in enumerate(made["entry"]):
        resource = entry["resource"]
        code = {c for _, c in codings(resource.get("code"))}
        nick = {
            "SPO2": "2708-6" in code and "valueQuantity" in resource,
            "PULSE": "8867-4" in code and "valueQuantity" in resource,
            "ABSENT": "2708-6" in code and "valueQuantity" not in resource and "device" in resource,
            "PLETH": "150452" in code,
            "INSTRUMENT": "property" in resource,
        }
        if nick.get(head, resource["resourceType"] == head):
            return ("entry", number, "resource", *tail)
    return (head, *tail)


@pytest.mark.parametrize("path", REQUIRED)
def test_the_judge_notices_a_missing_element(good: dict[str, Any], path: str) -> None:
    made = copy.deepcopy(good)
    *above, last = _resolve(made, path)
    del _at(made, tuple(above))[last]
    assert faults(encode(made)) != []


@pytest.mark.parametrize(("path", "value"), SWAPPED)
def test_the_judge_notices_a_swapped_code_unit_or_reference(
    good: dict[str, Any], path: str, value: Any
) -> None:
    made = copy.deepcopy(good)
    if value in ("PATIENT", "ENCOUNTER"):
        value = f"urn:uuid:{of(made, value.title())[0]['id']}"
    *above, last = _resolve(made, path)
    _at(made, tuple(above))[last] = value
    assert faults(encode(made)) != []


def test_the_judge_notices_every_entry_left_out(good: dict[str, Any]) -> None:
    for number in range(len(good["entry"])):
        made = copy.deepcopy(good)
        left_out = made["entry"].pop(number)["resource"]["resourceType"]
        assert faults(encode(made)) != [], left_out


def test_the_judge_notices_the_composition_out_of_place(good: dict[str, Any]) -> None:
    made = copy.deepcopy(good)
    made["entry"].append(made["entry"].pop(0))
    assert faults(encode(made)) != []


def test_times_are_the_entries_own() -> None:
    late = timedelta(days=400)
    moved = tuple(
        Entry(e.seq, e.id, e.utc + late, e.monotonic_ns, e.event, e.raw) for e in samples.left()
    )
    assert rebuilt(moved)["timestamp"].startswith("2027-04-06")
