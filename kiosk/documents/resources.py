"""Resources about people, places, devices and decisions. FHIR R4, with FR Core 2.1.0 profiles."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from contracts.consultation import Doctor, Giver
from contracts.measurement import Device
from kiosk.documents import codes, narrative
from kiosk.documents.errors import DocumentError
from kiosk.documents.history import History
from kiosk.record.events import (
    BirthDateGiven,
    BirthPlaceGiven,
    ConsentGiven,
    DoctorMet,
    Incident,
    NamesGiven,
    ReasonGiven,
    RedFlagsAnswered,
    ReportReceived,
    SexGiven,
)

Resource = dict[str, Any]


def instant(at: datetime) -> str:
    """FHIR `instant`, UTC, milliseconds. Raises DocumentError for a time without a zone."""
    if at.tzinfo is None:
        raise DocumentError("a time in the log has no time zone")
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def reference(ident: str, words: str | None = None) -> Resource:
    """A reference to an entry of the same bundle."""
    made: Resource = {"reference": f"urn:uuid:{ident}"}
    if words:
        made["display"] = words
    return made


def resource(kind: str, ident: str, *, profile: str | None = None, simulated: bool) -> Resource:
    """Begin a resource; `simulated` marks it as test data, as tag and as security label."""
    meta: Resource = {}
    if profile:
        meta["profile"] = [profile]
    if simulated:
        meta["tag"] = [codes.HTEST]
        meta["security"] = [codes.HTEST]
    made: Resource = {"resourceType": kind, "id": ident}
    if meta:
        made["meta"] = meta
    return made


class Ids:
    """Ids of the resources there is one of, or one a person or device."""

    def __init__(self, history: History) -> None:
        self._history = history
        self.bundle = history.derived("bundle")
        self.composition = history.derived("composition")
        self.patient = history.derived("patient")
        self.encounter = history.derived("encounter")
        self.organization = history.derived("organization")
        self.location = history.derived("location")
        self.booth = history.derived("booth")

    def practitioner(self, doctor: Doctor) -> str:
        """One a doctor, by number."""
        return self._history.derived("practitioner", doctor.rpps)

    def device(self, device: Device) -> str:
        """One a measuring device, by all that is said of it."""
        return self._history.derived("device", msgspec.json.encode(device).decode())

    def giver(self, giver: Giver) -> str:
        """Who consents: the patient, or one related person a role."""
        if giver is Giver.PATIENT:
            return self.patient
        return self._history.derived("giver", giver.value)


def patient(history: History, ids: Ids, *, simulated: bool) -> Resource:
    """Strict traits as typed: identity PROVISIONAL (rule 3), therefore no INS number, ever."""
    made = resource(
        "Patient",
        ids.patient,
        profile=f"{codes.FR_CORE}/StructureDefinition/fr-core-patient",
        simulated=simulated,
    )
    extensions: list[Resource] = [
        {
            "url": f"{codes.FR_CORE}/StructureDefinition/fr-core-identity-reliability",
            "extension": [
                {
                    "url": "identityStatus",
                    "valueCoding": {
                        "system": f"{codes.FR_CORE}/CodeSystem/fr-core-cs-v2-0445",
                        "code": "PROV",
                        "display": "Identité provisoire",
                    },
                }
            ],
        }
    ]
    lines = ["Identité PROVISOIRE : saisie à la cabine, non vérifiée"]
    place = history.last(BirthPlaceGiven)
    if place:
        extensions.append(
            {
                "url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
                "valueAddress": {"text": place.event.birth_place},
            }
        )
    made["extension"] = extensions
    names = history.last(NamesGiven)
    if names:
        # The given names as one string: where one ends is not for us to guess.
        made["name"] = [
            {
                "use": "official",
                "text": f"{names.event.given_names} {names.event.birth_name}",
                "family": names.event.birth_name,
                "given": [names.event.given_names],
            }
        ]
        lines.append(f"Nom de naissance : {names.event.birth_name}")
        lines.append(f"Prénoms : {names.event.given_names}")
    birth = history.last(BirthDateGiven)
    if birth:
        made["birthDate"] = birth.event.birth_date.isoformat()
        lines.append(f"Date de naissance : {birth.event.birth_date.strftime('%d/%m/%Y')}")
    sex = history.last(SexGiven)
    if sex:
        made["gender"] = codes.GENDER[sex.event.sex]
        lines.append(f"Sexe : {sex.event.sex.value}")
    if place:
        lines.append(f"Lieu de naissance : {place.event.birth_place}")
    made["text"] = narrative.text(narrative.listing(lines))
    return made


def doctors(history: History) -> tuple[Doctor, ...]:
    """Every doctor met or who signed, once each, in order."""
    found: dict[str, Doctor] = {}
    for logged in history.logged:
        match logged.event:
            case DoctorMet(doctor=doctor):
                found.setdefault(doctor.rpps, doctor)
            case ReportReceived(report=report):
                found.setdefault(report.doctor.rpps, report.doctor)
            case _:
                pass
    return tuple(found.values())


def practitioner(doctor: Doctor, ids: Ids, *, simulated: bool) -> Resource:
    """A doctor.

    Under the national root a number stands with the digit of its kind before it (TRE_G08: 8 for
    RPPS); the bare RPPS number has a system of its own (FR Core 2.1.0, fr-core-practitioner).
    """
    made = resource(
        "Practitioner",
        ids.practitioner(doctor),
        profile=f"{codes.FR_CORE}/StructureDefinition/fr-core-practitioner",
        simulated=simulated,
    )
    types = f"{codes.FR_CORE}/CodeSystem/fr-core-cs-v2-0203"
    made["identifier"] = [
        {
            "type": codes.concept({"system": types, "code": "IDNPS"}),
            "system": codes.IDNPS,
            "value": f"8{doctor.rpps}",
        },
        {
            "type": codes.concept({"system": types, "code": "RPPS"}),
            "system": codes.RPPS,
            "value": doctor.rpps,
        },
    ]
    made["name"] = [{"text": doctor.name}]
    made["qualification"] = [{"code": codes.concept(text=doctor.specialty)}]
    return made


def organization(history: History, ids: Ids, *, simulated: bool) -> Resource:
    """The site that keeps the booth. Its FINESS number is not in the log."""
    made = resource("Organization", ids.organization, simulated=simulated)
    made["active"] = True
    made["name"] = history.opened.event.site
    return made


def location(history: History, ids: Ids, *, simulated: bool) -> Resource:
    """The booth as a place."""
    made = resource("Location", ids.location, simulated=simulated)
    made["status"] = "active"
    made["name"] = f"Cabine {history.opened.event.booth}"
    made["mode"] = "instance"
    made["managingOrganization"] = reference(ids.organization)
    return made


def booth(history: History, ids: Ids, *, simulated: bool) -> Resource:
    """The booth as the device that gathered the record."""
    opened = history.opened.event
    made = resource("Device", ids.booth, simulated=simulated)
    made["identifier"] = [{"system": f"{codes.OWN}/booth", "value": opened.booth}]
    made["deviceName"] = [{"name": "Télécabine", "type": "model-name"}]
    made["type"] = codes.concept(text="Cabine de téléconsultation")
    made["version"] = [{"value": opened.software}]
    made["owner"] = reference(ids.organization)
    made["location"] = reference(ids.location)
    return made


def measuring_device(device: Device, ids: Ids) -> Resource:
    """What measured. No UDI: the instrument's protocol does not give one."""
    made = resource("Device", ids.device(device), simulated=device.simulated)
    made["manufacturer"] = device.manufacturer
    made["modelNumber"] = device.model
    if device.serial is not None:
        made["serialNumber"] = device.serial
    if device.firmware is not None:
        made["version"] = [{"type": codes.concept(text="firmware"), "value": device.firmware}]
    made["deviceName"] = [{"name": device.model, "type": "model-name"}]
    made["type"] = codes.concept(
        {"system": codes.MDC, "code": codes.PULSE_OXIMETER}, text="Oxymètre de pouls"
    )
    if device.simulated:
        made["property"] = [
            {
                "type": codes.concept(codes.own("device-property", "simulated", "Simulated")),
                "valueCode": [codes.concept(codes.HTEST, text="true")],
            }
        ]
        made["note"] = [{"text": SIMULATED}]
    return made


SIMULATED = "SIMULÉ : donnée de démonstration ou d'essai, à ne jamais utiliser pour soigner"


def encounter(history: History, ids: Ids, *, simulated: bool) -> Resource:
    """The teleconsultation: class VR, no hospitalization."""
    made = resource(
        "Encounter",
        ids.encounter,
        profile=f"{codes.FR_CORE}/StructureDefinition/fr-core-encounter",
        simulated=simulated,
    )
    made["identifier"] = [
        {
            "type": codes.concept(
                {"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "VN"}
            ),
            "system": codes.RFC3986,
            "value": f"urn:uuid:{history.consultation}",
        }
    ]
    made["status"] = "finished"
    made["class"] = {"system": codes.ACT_CODE, "code": "VR", "display": "virtual"}
    made["subject"] = reference(ids.patient)
    seen = {doctor.rpps: doctor for doctor in doctors(history)}
    if seen:
        made["participant"] = [
            {"individual": reference(ids.practitioner(doctor), doctor.name)}
            for doctor in seen.values()
        ]
    made["period"] = {"start": instant(history.opened.at), "end": instant(history.closed.at)}
    reasons = []
    reason = history.last(ReasonGiven)
    if reason:
        words = codes.REASON[reason.event.reason]
        reasons.append(
            codes.concept(codes.own("reason", reason.event.reason.value, words), text=words)
        )
    flags = history.last(RedFlagsAnswered)
    if flags:
        for flag in flags.event.flags:
            words = codes.RED_FLAG[flag]
            reasons.append(codes.concept(codes.own("red-flag", flag.value, words), text=words))
    if reasons:
        made["reasonCode"] = reasons
    made["location"] = [{"location": reference(ids.location)}]
    made["serviceProvider"] = reference(ids.organization)
    return made


def related_people(history: History, ids: Ids, *, simulated: bool) -> Iterable[Resource]:
    """Those who consented for the patient. The log knows their role, not their name."""
    givers = {logged.event.giver: None for logged in history.every(ConsentGiven)}
    for giver in givers:
        if giver is Giver.PATIENT:
            continue
        code, words = codes.RELATIONSHIP[giver]
        made = resource("RelatedPerson", ids.giver(giver), simulated=simulated)
        made["patient"] = reference(ids.patient)
        made["relationship"] = [
            codes.concept(
                {"system": f"{codes.TERMINOLOGY}/v3-RoleCode", "code": code, "display": words}
            )
        ]
        yield made


def consents(history: History, ids: Ids, *, simulated: bool) -> Iterable[Resource]:
    """Two decisions each time the page was answered (rule 1): the act; an assistant's presence.

    The last answer stands; one that was changed is `inactive`, not forgotten.
    """
    given = history.every(ConsentGiven)
    for number, logged in enumerate(given, start=1):
        consent = logged.event
        for subject, words, allowed in (
            ("act", "Téléconsultation", consent.act),
            ("assistant", "Présence d'un assistant", consent.assistant),
        ):
            made = resource(
                "Consent", history.derived("consent", logged.id, subject), simulated=simulated
            )
            standing = "active" if allowed else "rejected"
            made["status"] = standing if number == len(given) else "inactive"
            made["scope"] = codes.concept(
                {"system": f"{codes.TERMINOLOGY}/consentscope", "code": "treatment"}
            )
            made["category"] = [
                # LOINC 59284-0 is in R4's consent-category value set.
                codes.concept({"system": codes.LOINC, "code": "59284-0"}),
                codes.concept(codes.own("consent", subject, words)),
            ]
            made["patient"] = reference(ids.patient)
            made["dateTime"] = instant(logged.at)
            made["performer"] = [reference(ids.giver(consent.giver))]
            made["organization"] = [reference(ids.organization)]
            made["policyRule"] = codes.concept(
                codes.own("consent-text", consent.text_version, consent.text_version),
                text=f"Texte {consent.text_version}, lu en {consent.language.value}",
            )
            made["provision"] = {"type": "permit" if allowed else "deny"}
            yield made


def incidents(history: History, ids: Ids, *, simulated: bool) -> Iterable[Resource]:
    """Technical incidents as AuditEvent.

    Why AuditEvent: it states what happened to a system, when, and who observed it, and claims
    nothing about the patient. DetectedIssue is a clinical issue between actions, and Flag a
    warning about the patient to come: a lost camera is neither. The Composition lists them in
    words, so that a reader who knows no AuditEvent misses nothing.
    """
    for logged in history.every(Incident):
        code = logged.event.code
        words = codes.INCIDENT.get(code, code)
        made = resource("AuditEvent", logged.id, simulated=simulated)
        made["type"] = {"system": codes.DCM, "code": "110100", "display": "Application Activity"}
        made["subtype"] = [codes.own("incident", code, words)]
        made["recorded"] = instant(logged.at)
        # 0 success, 4 minor failure (FHIR R4 audit-event-outcome)
        made["outcome"] = "0" if code in codes.RECOVERIES else "4"
        made["outcomeDesc"] = words
        made["agent"] = [{"who": reference(ids.booth), "requestor": False}]
        made["source"] = {"observer": reference(ids.booth)}
        made["entity"] = [{"what": reference(ids.encounter)}]
        yield made
