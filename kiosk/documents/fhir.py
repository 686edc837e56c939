"""FHIR R4 (4.0.1) document bundle of one consultation: a pure function of its event log.

FHIR R4 3.3 "Documents": the Composition is the first entry, the bundle has an identifier and a
timestamp, and everything the Composition reaches is in the bundle. Every id is an event's own UUID
or derived from it, every time is an entry's, so a bundle rebuilt is identical byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from contracts.consultation import Report
from kiosk.documents import codes, narrative, observations, resources
from kiosk.documents.canonical import encode
from kiosk.documents.history import History, Logged
from kiosk.documents.resources import Ids, Resource, instant, reference
from kiosk.record.entry import Entry
from kiosk.record.events import (
    AccompaniedAnswered,
    CallEnded,
    CannotHearSaid,
    Closed,
    ConsentGiven,
    DoctorGone,
    DoctorMet,
    HelpAsked,
    Incident,
    InformationRead,
    MeasurementAsked,
    MeasurementDone,
    MeasurementFailed,
    MeasurementRecorded,
    MediumChanged,
    Opened,
    PatientReady,
    QueueJoined,
    ReasonGiven,
    RedFlagsAnswered,
    ReportReceived,
    WaitsForReport,
)


def document(entries: Sequence[Entry]) -> bytes:
    """Return the document bundle as canonical JSON. Raises DocumentError."""
    return encode(bundle(entries))


def bundle(entries: Sequence[Entry]) -> dict[str, Any]:
    """Return the document bundle of a finished consultation. Decimals are `Decimal`.

    Raises DocumentError when the entries are not one whole consultation.
    """
    history = History(entries)
    ids = Ids(history)
    simulated = bool(history.opened.event.simulated) or any(
        device.simulated for device in observations.devices(history)
    )
    consents = list(resources.consents(history, ids, simulated=simulated))
    incidents = list(resources.incidents(history, ids, simulated=simulated))
    media = list(observations.media(history, ids, simulated=simulated))
    measured = list(_measured(history, ids))
    reports = _reports(history)
    impressions = [_impression(logged, history, ids, simulated=simulated) for logged in reports]
    outcome = _outcome(history, reports, ids, simulated=simulated)

    composition = resources.resource("Composition", ids.composition, simulated=simulated)
    composition.update(_heading(history, reports, ids))
    composition["section"] = [
        _report_section(history, reports, impressions),
        *_outcome_section(outcome),
        _reason_section(history),
        _measurements_section(history, measured),
        _consents_section(history, consents),
        _media_section(history, media),
        _incidents_section(history, incidents),
        _course_section(history),
    ]
    notice = []
    if simulated:
        parts = [codes.PART.get(part, part) for part in history.opened.event.simulated]
        notice.append(narrative.warning(resources.SIMULATED))
        if parts:
            notice.append(narrative.paragraph(f"Simulé dans cette cabine : {', '.join(parts)}"))
    composition["text"] = narrative.text(
        *notice,
        narrative.paragraph(composition["title"]),
        narrative.paragraph("Identité PROVISOIRE du patient : saisie à la cabine, non vérifiée."),
        *(
            narrative.paragraph(f"Signé par {logged.event.report.doctor.name}")
            for logged in reports
        ),
    )

    contained: list[Resource] = [
        composition,
        resources.patient(history, ids, simulated=simulated),
        *resources.related_people(history, ids, simulated=simulated),
        resources.encounter(history, ids, simulated=simulated),
        *(
            resources.practitioner(doctor, ids, simulated=simulated)
            for doctor in resources.doctors(history)
        ),
        resources.organization(history, ids, simulated=simulated),
        resources.location(history, ids, simulated=simulated),
        resources.booth(history, ids, simulated=simulated),
        *(resources.measuring_device(device, ids) for device in observations.devices(history)),
        *impressions,
        *outcome,
        *measured,
        *consents,
        *media,
        *incidents,
    ]
    made = resources.resource("Bundle", ids.bundle, simulated=simulated)
    made["identifier"] = {"system": codes.RFC3986, "value": f"urn:uuid:{ids.bundle}"}
    made["type"] = "document"
    made["timestamp"] = instant(history.closed.at)
    made["entry"] = [
        {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource} for resource in contained
    ]
    return made


# --- content -----------------------------------------------------------------------------------


def _reports(history: History) -> tuple[Logged[ReportReceived], ...]:
    """Signed reports, each once by its id: an order repeated is one order."""
    found: dict[str, Logged[ReportReceived]] = {}
    for logged in history.every(ReportReceived):
        found.setdefault(logged.event.report.id, logged)
    return tuple(found.values())


def _signed_at(logged: Logged[ReportReceived]) -> datetime:
    """When the doctor signed; when that is no time with a zone, when the booth received it."""
    try:
        signed = datetime.fromisoformat(logged.event.report.signed_at)
    except ValueError:
        return logged.at
    return signed if signed.tzinfo else logged.at


def _measured(history: History, ids: Ids) -> Iterable[Resource]:
    for logged in history.logged:
        match logged.event:
            case MeasurementRecorded() as event:
                yield observations.measurement(history, Logged(logged.id, logged.at, event), ids)
            case MeasurementFailed() as failed:
                yield from observations.failure(history, Logged(logged.id, logged.at, failed), ids)
            case _:
                pass
    for curve in observations.curves(history):
        yield observations.plethysmogram(history, curve, ids)


def _impression(
    logged: Logged[ReportReceived], history: History, ids: Ids, *, simulated: bool
) -> Resource:
    """The doctor's words as they stand, for readers that do not take text out of XHTML."""
    report = logged.event.report
    made = resources.resource("ClinicalImpression", logged.id, simulated=simulated)
    made["status"] = "completed"
    made["subject"] = reference(ids.patient)
    made["encounter"] = reference(ids.encounter)
    made["effectivePeriod"] = {"start": instant(history.opened.at), "end": instant(logged.at)}
    made["date"] = instant(_signed_at(logged))
    made["assessor"] = reference(ids.practitioner(report.doctor), report.doctor.name)
    if report.text.strip():
        made["summary"] = report.text
    return made


def _outcome(
    history: History, reports: Sequence[Logged[ReportReceived]], ids: Ids, *, simulated: bool
) -> list[Resource]:
    """How it ended (rule 18): the doctor's word before the booth's."""
    signed = reports[-1] if reports else None
    outcome = signed.event.report.outcome if signed else history.closed.event.outcome
    if outcome is None:
        return []
    words = codes.OUTCOME[outcome]
    made = resources.resource("Observation", history.derived("outcome"), simulated=simulated)
    made["status"] = "final"
    made["code"] = codes.concept(
        codes.own("observation", "outcome", "Outcome of the teleconsultation"),
        text="Issue de la téléconsultation",
    )
    made["subject"] = reference(ids.patient)
    made["encounter"] = reference(ids.encounter)
    made["effectiveDateTime"] = instant(_signed_at(signed) if signed else history.closed.at)
    made["performer"] = [
        reference(ids.practitioner(signed.event.report.doctor))
        if signed
        else reference(ids.organization)
    ]
    made["valueCodeableConcept"] = codes.concept(
        codes.own("outcome", outcome.value, words), text=words
    )
    return [made]


# --- the Composition ---------------------------------------------------------------------------


def _heading(history: History, reports: Sequence[Logged[ReportReceived]], ids: Ids) -> Resource:
    made: Resource = {
        "language": "fr",
        "identifier": {"system": codes.RFC3986, "value": f"urn:uuid:{ids.composition}"},
        "status": "preliminary",
        "type": codes.concept(
            {"system": codes.LOINC, "code": codes.REPORT_TYPE},
            text="Compte rendu de téléconsultation",
        ),
        "subject": reference(ids.patient),
        "encounter": reference(ids.encounter),
        "date": instant(history.closed.at),
        "author": [reference(ids.booth, "Télécabine")],
        "title": "Téléconsultation sans compte rendu",
        "confidentiality": "N",
        "custodian": reference(ids.organization),
        "event": [
            {"period": {"start": instant(history.opened.at), "end": instant(history.closed.at)}}
        ],
    }
    if not reports:
        return made
    authors: dict[str, Report] = {
        logged.event.report.doctor.rpps: logged.event.report for logged in reports
    }
    made["status"] = "final" if len(reports) == 1 else "amended"
    made["date"] = instant(_signed_at(reports[-1]))
    made["title"] = "Compte rendu de téléconsultation"
    made["author"] = [
        reference(ids.practitioner(report.doctor), report.doctor.name)
        for report in authors.values()
    ] + made["author"]
    made["attester"] = [
        {
            "mode": "professional",
            "time": instant(_signed_at(logged)),
            "party": reference(ids.practitioner(logged.event.report.doctor)),
        }
        for logged in reports
    ]
    return made


def _section(title: str, code: Resource, text: Resource, entries: Iterable[Resource]) -> Resource:
    made: Resource = {"title": title, "code": codes.concept(code), "text": text}
    references = [reference(entry["id"]) for entry in entries]
    if references:
        made["entry"] = references
    return made


def _loinc(code: str) -> Resource:
    return {"system": codes.LOINC, "code": code}


def _report_section(
    history: History,
    reports: Sequence[Logged[ReportReceived]],
    impressions: Sequence[Resource],
) -> Resource:
    """The doctor's text; or, coded and in words, why there is none (rule 16)."""
    title, code = "Compte rendu du médecin", _loinc("51847-2")  # Evaluation + Plan note
    if reports:
        blocks = []
        for logged in reports:
            report = logged.event.report
            blocks.append(narrative.paragraph(report.text or "(sans texte)"))
            blocks.append(
                narrative.paragraph(
                    f"{report.doctor.name}, {report.doctor.specialty}, RPPS {report.doctor.rpps}"
                )
            )
        return _section(title, code, narrative.text(*blocks), impressions)
    why = history.closed.event.why
    words = codes.NO_REPORT.get(why, why)
    made = _section(title, code, narrative.text(narrative.paragraph(words)), ())
    made["emptyReason"] = codes.concept(
        {"system": f"{codes.TERMINOLOGY}/list-empty-reason", "code": "unavailable"},
        codes.own("no-report", why, words),
        text=words,
    )
    return made


def _outcome_section(outcome: Sequence[Resource]) -> Iterable[Resource]:
    for observation in outcome:
        words = observation["valueCodeableConcept"]["text"]
        yield _section(
            "Issue",
            codes.own("section", "outcome", "Outcome"),
            narrative.text(narrative.paragraph(words)),
            [observation],
        )


def _reason_section(history: History) -> Resource:
    lines = []
    reason = history.last(ReasonGiven)
    lines.append(
        f"Motif : {codes.REASON[reason.event.reason]}" if reason else "Motif : non renseigné"
    )
    answered = history.last(RedFlagsAnswered)
    if answered is None:
        lines.append("Signes d'alerte : question non posée")
    elif answered.event.flags:
        lines += [f"Signe d'alerte : {codes.RED_FLAG[flag]}" for flag in answered.event.flags]
    else:
        lines.append("Signes d'alerte : aucun, selon le patient")
    accompanied = history.last(AccompaniedAnswered)
    if accompanied:
        lines.append(
            "Moins de 16 ans : accompagné"
            if accompanied.event.accompanied
            else "Moins de 16 ans : non accompagné"
        )
    return _section(
        "Motif de consultation",
        _loinc("29299-5"),
        narrative.text(narrative.listing(lines)),
        (),
    )


def _measurements_section(history: History, measured: Sequence[Resource]) -> Resource:
    lines = []
    for observation in measured:
        words = observation["code"]["text"]
        if "valueQuantity" in observation:
            quantity = observation["valueQuantity"]
            words += f" : {quantity['value']} {quantity['unit']}"
        elif "dataAbsentReason" in observation:
            reason = observation["dataAbsentReason"]
            words += " : pas de valeur (" + reason.get("text", reason["coding"][0]["code"]) + ")"
        else:
            words += " : courbe"
        words += " ; " + " ; ".join(note["text"] for note in observation.get("note", ()))
        lines.append(words)
    lines += [
        f"{narrative.clock(logged.at)} : le patient continue sans valeur"
        for logged in history.every(MeasurementDone)
        if not logged.event.kept
    ]
    simulated = any("meta" in made and "tag" in made["meta"] for made in measured)
    blocks = [narrative.warning(resources.SIMULATED)] if simulated else []
    blocks.append(narrative.listing(lines) if lines else narrative.paragraph("Aucune mesure"))
    return _section("Mesures", _loinc("8716-3"), narrative.text(*blocks), measured)


def _consents_section(history: History, consents: Sequence[Resource]) -> Resource:
    lines = []
    for logged in history.every(ConsentGiven):
        consent = logged.event
        lines.append(
            f"{narrative.clock(logged.at)} : téléconsultation "
            f"{'acceptée' if consent.act else 'refusée'}, présence d'un assistant "
            f"{'acceptée' if consent.assistant else 'refusée'}, par {codes.GIVER[consent.giver]} "
            f"(texte {consent.text_version})"
        )
    return _section(
        "Consentements",
        _loinc("59284-0"),
        narrative.text(
            narrative.listing(lines) if lines else narrative.paragraph("Aucun consentement donné")
        ),
        consents,
    )


def _media_section(history: History, media: Sequence[Resource]) -> Resource:
    """Rule 11: the medium over time, and the flag on what is billed as a video act."""
    lines = [
        f"{narrative.clock(change.at)} : {codes.MEDIUM.get(change.event.medium, '?')}"
        for change in history.every(MediumChanged)
    ]
    blocks = [narrative.listing(lines) if lines else narrative.paragraph("Pas d'appel")]
    if any(change.event.medium != "video" for change in history.every(MediumChanged)):
        blocks.append(
            narrative.warning("Sans vidéo pendant une partie de l'acte : facturation à confirmer")
        )
    return _section(
        "Support de la téléconsultation",
        codes.own("section", "medium", "Medium"),
        narrative.text(*blocks),
        media,
    )


def _incidents_section(history: History, incidents: Sequence[Resource]) -> Resource:
    lines = [
        f"{narrative.clock(logged.at)} : {codes.INCIDENT.get(logged.event.code, logged.event.code)}"
        for logged in history.every(Incident)
    ]
    return _section(
        "Incidents techniques",
        codes.own("section", "incidents", "Technical incidents"),
        narrative.text(narrative.listing(lines) if lines else narrative.paragraph("Aucun")),
        incidents,
    )


def _course_section(history: History) -> Resource:
    """What happened when, for whoever must tell it again (rules 2, 9, 23)."""
    lines = []
    for logged in history.logged:
        words = _step(logged.event)
        if words:
            lines.append(f"{narrative.clock(logged.at)} : {words}")
    return _section(
        "Déroulement",
        codes.own("section", "course", "Course"),
        narrative.text(narrative.listing(lines)),
        (),
    )


def _step(event: object) -> str | None:
    match event:
        case Opened(price_cents=price, covered_cents=covered):
            return (
                f"ouverture ; prix annoncé {_euros(price)}, dont {_euros(covered)} pris en charge"
            )
        case InformationRead():
            return "information sur l'acte, le prix et le repli lue"
        case QueueJoined():
            return "entrée en salle d'attente"
        case DoctorMet(doctor=doctor):
            return f"médecin présenté : {doctor.name}, {doctor.specialty}, RPPS {doctor.rpps}"
        case DoctorGone():
            return "médecin reparti avant l'appel"
        case PatientReady():
            return "patient prêt pour l'image"
        case MeasurementAsked():
            return "mesure demandée par le médecin"
        case CannotHearSaid():
            return "le patient signale qu'il n'entend pas"
        case HelpAsked():
            return "le patient demande de l'aide"
        case CallEnded():
            return "fin de l'appel par le médecin"
        case WaitsForReport():
            return "le patient attend le compte rendu"
        case ReportReceived():
            return "compte rendu signé reçu"
        case Closed(why=why, outcome=outcome):
            return f"fin : {codes.OUTCOME[outcome] if outcome else codes.NO_REPORT.get(why, why)}"
        case _:
            return None


def _euros(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d} €"
