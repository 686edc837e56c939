"""A judge of document bundles that shares no line with what makes them.

A table of what FHIR R4 (4.0.1) requires: elements with minimum 1, required codes, invariants, the
vital-signs profiles, documents (3.3). It reads JSON text, as a receiver would.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

# FHIR R4: minimum 1 in each resource's definition (backbone elements by their path).
MANDATORY = {
    "Bundle": ("type", "identifier", "timestamp", "entry"),
    "Composition": (
        "status",
        "type",
        "date",
        "author",
        "title",
        "subject",
        "section",
        "identifier",
    ),
    "Observation": ("status", "code", "subject", "encounter"),
    "Encounter": ("status", "class", "subject", "period", "identifier", "serviceProvider"),
    "Consent": ("status", "scope", "category", "patient", "dateTime", "policyRule", "provision"),
    "AuditEvent": ("type", "recorded", "agent", "source", "outcome"),
    "ClinicalImpression": ("status", "subject", "assessor", "date"),
    "RelatedPerson": ("patient", "relationship"),
    "Practitioner": ("identifier", "name"),
    "Organization": ("name",),
    "Location": ("status", "name", "managingOrganization"),
    "Device": ("deviceName", "type"),
    "Patient": ("extension", "text"),
}

# Required bindings.
STATUS = {
    "Composition": {"preliminary", "final", "amended", "entered-in-error"},
    "Observation": {"registered", "preliminary", "final", "amended", "cancelled"},
    "Encounter": {"finished"},
    "Consent": {"active", "rejected", "inactive"},
    "ClinicalImpression": {"completed"},
    "Location": {"active"},
}

PRESENT = {"Composition", "Patient", "Encounter", "Organization", "Location", "Device"}

VITAL = {  # profile: LOINC codes that must be there, MDC code, UCUM unit
    "http://hl7.org/fhir/StructureDefinition/oxygensat": ({"2708-6", "59408-5"}, "150456", "%"),
    "http://hl7.org/fhir/StructureDefinition/heartrate": ({"8867-4"}, "149530", "/min"),
}

DATA_ABSENT = {
    "unknown", "asked-unknown", "temp-unknown", "not-asked", "asked-declined", "masked",
    "not-applicable", "unsupported", "as-text", "error", "not-a-number", "negative-infinity",
    "positive-infinity", "not-performed", "not-permitted",
}  # fmt: skip

HTEST = "http://terminology.hl7.org/CodeSystem/v3-ActReason", "HTEST"
URN = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
SAMPLES = re.compile(r"(-?\d+(\.\d+)?|E|U|L)( (-?\d+(\.\d+)?|E|U|L))*")


def faults(text: bytes) -> list[str]:
    """Return what is wrong with the bundle, as sentences; none when it is right."""
    return list(_faults(json.loads(text, parse_float=Decimal, parse_int=Decimal)))


def _faults(bundle: dict[str, Any]) -> Iterator[str]:
    if bundle.get("resourceType") != "Bundle":
        yield "not a Bundle"
        return
    yield from _mandatory(bundle)
    if bundle.get("type") != "document":
        yield "Bundle.type is not document"
    identifier = bundle.get("identifier", {})
    if not identifier.get("system") or not identifier.get("value"):
        yield "Bundle.identifier without system or value (bdl-9)"
    if not INSTANT.fullmatch(bundle.get("timestamp", "")):
        yield "Bundle.timestamp is no instant (bdl-10)"
    entries = bundle.get("entry", [])
    resources = [entry.get("resource", {}) for entry in entries]
    if not resources or resources[0].get("resourceType") != "Composition":
        yield "the first entry is not the Composition (bdl-11)"
        return
    if sum(resource.get("resourceType") == "Composition" for resource in resources) != 1:
        yield "more than one Composition"
    for entry in entries:
        url, resource = entry.get("fullUrl", ""), entry.get("resource", {})
        if not URN.fullmatch(url):
            yield f"fullUrl {url!r} is no urn:uuid"
        if url != f"urn:uuid:{resource.get('id')}":
            yield f"fullUrl and id of {resource.get('resourceType')} differ"
    urls = [entry.get("fullUrl") for entry in entries]
    if len(set(urls)) != len(urls):
        yield "two entries have one fullUrl (bdl-7)"
    kinds = {resource.get("resourceType") for resource in resources}
    yield from (f"no {kind} in the document" for kind in sorted(PRESENT - kinds))
    yield from _references(bundle, dict(zip(urls, resources, strict=True)))
    for resource in resources:
        yield from _mandatory(resource)
        yield from _status(resource)
        check = CHECKS.get(resource["resourceType"])
        if check:
            yield from check(resource)
    yield from _simulation(bundle, resources)
    yield from _everywhere(bundle, "Bundle")


def _mandatory(resource: dict[str, Any]) -> Iterator[str]:
    kind = resource.get("resourceType", "?")
    if kind != "Bundle" and kind not in MANDATORY:
        yield f"{kind}: a kind of resource the judge does not know"
    for name in MANDATORY.get(kind, ()):
        if not resource.get(name):
            yield f"{kind}.{name} is missing"


def _status(resource: dict[str, Any]) -> Iterator[str]:
    kind = resource["resourceType"]
    if kind in STATUS and resource.get("status") not in STATUS[kind]:
        yield f"{kind}.status {resource.get('status')!r}"


REFERENCE_KINDS = {
    "subject": {"Patient"},
    "patient": {"Patient"},
    "encounter": {"Encounter"},
    "device": {"Device"},
    "custodian": {"Organization"},
    "serviceProvider": {"Organization"},
    "managingOrganization": {"Organization"},
    "owner": {"Organization"},
    "organization": {"Organization"},
    "assessor": {"Practitioner"},
    "individual": {"Practitioner"},
    "author": {"Practitioner", "Device"},
    "party": {"Practitioner"},
    "observer": {"Device"},
    "who": {"Device"},
    "what": {"Encounter"},
    "location": {"Location"},
    "derivedFrom": {"Observation"},
    "performer": {"Patient", "Practitioner", "Organization", "RelatedPerson"},
    "entry": {"Observation", "Consent", "AuditEvent", "ClinicalImpression"},
}


def _references(bundle: dict[str, Any], by_url: dict[str, dict[str, Any]]) -> Iterator[str]:
    reached = set()
    for name, url in _walk_references(bundle.get("entry", []), "entry"):
        if url not in by_url:
            yield f"reference {url} ({name}) resolves to nothing in the bundle"
            continue
        reached.add(url)
        kind = by_url[url].get("resourceType")
        if kind not in REFERENCE_KINDS.get(name, set()):
            yield f"{name} refers to a {kind}"
    first = next(iter(by_url), None)
    for url, resource in by_url.items():
        if url not in reached and url != first:
            yield f"{resource.get('resourceType')} {url} is reached by nothing"


def _walk_references(node: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        if isinstance(node.get("reference"), str):
            yield name, node["reference"]
        for key, value in node.items():
            yield from _walk_references(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from _walk_references(value, name)


def codings(concept: Any) -> set[tuple[str, str]]:
    """(system, code) of a CodeableConcept."""
    return {(c.get("system"), c.get("code")) for c in (concept or {}).get("coding", [])}


def _codes(concept: Any, system: str) -> set[str]:
    return {code for a_system, code in codings(concept) if a_system == system}


def _composition(resource: dict[str, Any]) -> Iterator[str]:
    if ("http://loinc.org", "85208-7") not in codings(resource.get("type")):
        yield "Composition.type is not LOINC 85208-7"
    if not INSTANT.fullmatch(resource.get("date", "")):
        yield "Composition.date"
    sections = resource.get("section", [])
    for section in sections:
        if not section.get("title") or not codings(section.get("code")):
            yield "a section without title or code"
        if not any(section.get(name) for name in ("text", "entry", "section")):
            yield "a section with neither text nor entries (cmp-1)"
        if section.get("emptyReason") and section.get("entry"):
            yield "an empty reason in a section that has entries (cmp-2)"
    wanted = {
        ("http://loinc.org", "51847-2"),
        ("http://loinc.org", "29299-5"),
        ("http://loinc.org", "8716-3"),
        ("http://loinc.org", "59284-0"),
    }
    have = {coding for section in sections for coding in codings(section.get("code"))}
    yield from (f"no section {code}" for _, code in sorted(wanted - have))
    own = {code for system, code in have if system.endswith("/section")}
    for code in {"medium", "incidents", "course"} - own:
        yield f"no section {code}"
    report: dict[str, Any] = next(
        (s for s in sections if ("http://loinc.org", "51847-2") in codings(s.get("code"))), {}
    )
    if resource.get("status") == "preliminary":
        if not codings(report.get("emptyReason")):
            yield "no report and no coded reason why"
        if resource.get("attester"):
            yield "attested without a report"
    else:
        if not report.get("entry"):
            yield "a final document without the doctor's report"
        attesters = resource.get("attester", [])
        if not attesters or not all(a.get("mode") and a.get("party") for a in attesters):
            yield "a final document that nobody attests"


def _patient(resource: dict[str, Any]) -> Iterator[str]:
    reliability = [
        part.get("valueCoding", {}).get("code")
        for extension in resource.get("extension", [])
        if extension.get("url")
        == "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability"
        for part in extension.get("extension", [])
        if part.get("url") == "identityStatus"
    ]
    if reliability != ["PROV"]:
        yield "the identity is not said to be provisional"
    if resource.get("identifier"):
        yield "an identifier on a provisional identity (no INS before it is qualified)"
    if "gender" in resource and resource["gender"] not in {"male", "female", "other", "unknown"}:
        yield "Patient.gender"
    if "birthDate" in resource and not re.fullmatch(r"\d{4}-\d\d-\d\d", resource["birthDate"]):
        yield "Patient.birthDate"


def _encounter(resource: dict[str, Any]) -> Iterator[str]:
    coding = resource.get("class", {})
    if (coding.get("system"), coding.get("code")) != (
        "http://terminology.hl7.org/CodeSystem/v3-ActCode",
        "VR",
    ):
        yield "Encounter.class is not VR"
    if "hospitalization" in resource:
        yield "Encounter.hospitalization"
    period = resource.get("period", {})
    if not period.get("start") or not period.get("end"):
        yield "Encounter.period without start or end"
    elif datetime.fromisoformat(period["start"]) > datetime.fromisoformat(period["end"]):
        yield "Encounter.period ends before it starts (per-1)"


def _observation(resource: dict[str, Any]) -> Iterator[str]:
    if not codings(resource.get("code")):
        yield "Observation.code without a coding"
    values = [name for name in resource if name.startswith("value")]
    if len(values) + ("dataAbsentReason" in resource) != 1:
        yield "Observation with neither or both of a value and a reason for absence (obs-6, vs-2)"
    effective = [name for name in resource if name.startswith("effective")]
    if len(effective) != 1:
        yield "Observation without one effective time (vs-1)"
    profiles = resource.get("meta", {}).get("profile", [])
    loinc = _codes(resource.get("code"), "http://loinc.org")
    mdc = _codes(resource.get("code"), "urn:iso:std:iso:11073:10101")
    vital = [profile for profile in profiles if profile in VITAL]
    if {"2708-6", "8867-4", "59408-5"} & loinc and not vital:
        yield "a vital sign that does not claim its profile"
    if {"150456", "149530"} & mdc and not vital:
        yield "a vital sign that does not claim its profile"
    for profile in vital:
        codes, number, unit = VITAL[profile]
        if loinc != codes or mdc != {number}:
            yield f"codes {sorted(loinc | mdc)} under {profile}"
        if "vital-signs" not in {
            code for c in resource.get("category", []) for _, code in codings(c)
        }:
            yield "a vital sign without its category"
        quantity = resource.get("valueQuantity")
        if quantity is not None:
            if quantity.get("code") != unit or quantity.get("unit") != unit:
                yield f"unit {quantity.get('code')!r} under {profile}"
            if quantity.get("system") != "http://unitsofmeasure.org":
                yield "a quantity that is not UCUM"
            if not isinstance(quantity.get("value"), Decimal):
                yield "a quantity without a number"
            if not resource.get("device"):
                yield "a value without its device"
            if not resource.get("method", {}).get("text"):
                yield "a value without its method"
        if not resource.get("performer"):
            yield "nobody held the probe"
        if "effectiveDateTime" not in resource:
            yield "a vital sign without effectiveDateTime"
    if "dataAbsentReason" in resource:
        absent = _codes(
            resource["dataAbsentReason"], "http://terminology.hl7.org/CodeSystem/data-absent-reason"
        )
        if len(absent) != 1 or not absent <= DATA_ABSENT:
            yield "a reason for absence that FHIR does not know"
    if "150452" in mdc and "valueSampledData" not in resource:
        yield "a plethysmogram without SampledData"
    if "valueSampledData" in resource:
        yield from _sampled(resource["valueSampledData"])
        if mdc != {"150452"}:
            yield "SampledData that is no plethysmogram"
        if not resource.get("device"):
            yield "a curve without its device"


def _sampled(data: dict[str, Any]) -> Iterator[str]:
    for name in ("origin", "period", "factor", "dimensions", "data"):
        if data.get(name) in (None, ""):
            yield f"SampledData.{name} is missing"
    origin = data.get("origin", {})
    if origin.get("system") != "http://unitsofmeasure.org" or origin.get("code") != "1":
        yield "SampledData.origin without its unit"
    if origin.get("value") != 0:
        yield "SampledData.origin moved"
    if data.get("factor") != 1:
        yield "SampledData.factor is not 1"
    if data.get("dimensions") != 1:
        yield "SampledData.dimensions is not 1"
    if not SAMPLES.fullmatch(data.get("data", "")):
        yield "SampledData.data is not decimals (sdd)"
    elif any(s not in "EUL" and not 0 <= Decimal(s) <= 1 for s in data["data"].split()):
        yield "a sample out of its limits"


def _consent(resource: dict[str, Any]) -> Iterator[str]:
    if ("http://terminology.hl7.org/CodeSystem/consentscope", "treatment") not in codings(
        resource.get("scope")
    ):
        yield "Consent.scope"
    kind = resource.get("provision", {}).get("type")
    if kind not in {"permit", "deny"}:
        yield "Consent.provision.type"
    if resource.get("status") == "active" and kind != "permit":
        yield "an active consent that denies"
    if resource.get("status") == "rejected" and kind != "deny":
        yield "a rejected consent that permits"
    if not resource.get("performer"):
        yield "nobody gave the consent"


def _practitioner(resource: dict[str, Any]) -> Iterator[str]:
    by_system = {i.get("system"): i.get("value", "") for i in resource.get("identifier", [])}
    rpps = by_system.get("https://rpps.esante.gouv.fr", "")
    if not re.fullmatch(r"\d{11}", rpps):
        yield "Practitioner without an RPPS number of 11 digits"
    if by_system.get("urn:oid:1.2.250.1.71.4.2.1") != f"8{rpps}":
        yield "Practitioner's national number is not 8 and the RPPS number"


def _audit(resource: dict[str, Any]) -> Iterator[str]:
    if not all(a.get("requestor") is False and a.get("who") for a in resource.get("agent", [])):
        yield "AuditEvent.agent without who or requestor"
    if not resource.get("source", {}).get("observer"):
        yield "AuditEvent.source.observer"
    if resource.get("outcome") not in {"0", "4", "8", "12"}:
        yield "AuditEvent.outcome"
    if not resource.get("subtype"):
        yield "an incident without its code"
    if not INSTANT.fullmatch(resource.get("recorded", "")):
        yield "AuditEvent.recorded is no instant"


def _device(resource: dict[str, Any]) -> Iterator[str]:
    for name in resource.get("deviceName", []):
        if not name.get("name") or name.get("type") not in {
            "udi-label-name", "user-friendly-name", "patient-reported-name", "manufacturer-name",
            "model-name", "other",
        }:  # fmt: skip
            yield "Device.deviceName"
    if "udiCarrier" in resource:
        yield "a UDI that no instrument gave"


CHECKS = {
    "Composition": _composition,
    "Patient": _patient,
    "Encounter": _encounter,
    "Observation": _observation,
    "Consent": _consent,
    "Practitioner": _practitioner,
    "AuditEvent": _audit,
    "Device": _device,
}


def marked(resource: dict[str, Any]) -> bool:
    """Whether a resource carries HTEST both as tag and as security label."""
    meta = resource.get("meta", {})
    return all(
        HTEST in {(c.get("system"), c.get("code")) for c in meta.get(name, [])}
        for name in ("tag", "security")
    )


def _simulation(bundle: dict[str, Any], resources: list[dict[str, Any]]) -> Iterator[str]:
    """What a simulated device gave is marked, in codes and in words; and so is the whole."""
    simulated = set()
    for resource in resources:
        if resource["resourceType"] == "Device" and "simulated" in {
            code for p in resource.get("property", []) for _, code in codings(p.get("type"))
        }:
            simulated.add(f"urn:uuid:{resource['id']}")
            if not marked(resource):
                yield "a simulated device without HTEST"
    for resource in resources:
        if resource["resourceType"] != "Observation":
            continue
        test = resource.get("device", {}).get("reference") in simulated
        words = any("SIMULÉ" in note.get("text", "") for note in resource.get("note", []))
        if test and not (marked(resource) and words):
            yield "a simulated observation that does not say so"
        if words and not marked(resource):
            yield "an observation simulated in words and not in codes"
    if simulated and not marked(bundle):
        yield "a bundle with simulated content without HTEST"


def _everywhere(node: Any, path: str) -> Iterator[str]:
    """No empty element (FHIR R4 2.6.2), no null, narratives well formed, quantities whole."""
    if isinstance(node, dict):
        if not node:
            yield f"{path} is an empty object"
        if "div" in node:
            try:
                root = ET.fromstring(node["div"])
            except ET.ParseError:
                yield f"{path}.div is not XML"
            else:
                if root.tag != "{http://www.w3.org/1999/xhtml}div" or not "".join(root.itertext()):
                    yield f"{path}.div is no XHTML div with text"
        if "coding" in node:
            for coding in node["coding"]:
                if not coding.get("system") or not coding.get("code"):
                    yield f"{path}: a coding without system or code"
        if path.endswith("valueQuantity") and not all(
            name in node for name in ("value", "unit", "system", "code")
        ):
            yield f"{path} is not whole (vs-3)"
        for key, value in node.items():
            yield from _everywhere(value, f"{path}.{key}")
    elif isinstance(node, list):
        if not node:
            yield f"{path} is an empty list"
        for value in node:
            yield from _everywhere(value, path)
    elif node is None or node == "":
        yield f"{path} is empty"
