"""What was measured, or why it was not.

FHIR R4 vital-signs profiles `oxygensat` and `heartrate`; codes and units from
`contracts.measurement.CODES`; quality and simulation as the Personal Health Device IG maps
ISO/IEEE 11073-10201 measurement status: questionable values by `interpretation`, test data by the
security label HTEST. We do not claim the PHD profiles themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Context, Decimal
from itertools import pairwise

from contracts.consultation import Instrument
from contracts.measurement import CODES, Absent, Clock, Device, Present, Quantity
from kiosk.documents import codes
from kiosk.documents.errors import DocumentError
from kiosk.documents.history import History, Logged
from kiosk.documents.resources import SIMULATED, Ids, Resource, instant, reference, resource
from kiosk.record.events import (
    CurveRecorded,
    MeasurementFailed,
    MeasurementRecorded,
    MediumChanged,
)

PROFILE = {
    Quantity.SPO2: "http://hl7.org/fhir/StructureDefinition/oxygensat",
    Quantity.PULSE_RATE: "http://hl7.org/fhir/StructureDefinition/heartrate",
}

MEASURES = {Instrument.OXIMETER: (Quantity.SPO2, Quantity.PULSE_RATE)}

# A period in milliseconds need not end (75 Hz): 15 digits put the end of a day of curve right to
# a tenth of a microsecond, and survive a reader that knows only doubles.
_PERIOD = Context(prec=15)


@dataclass(frozen=True)
class Curve:
    """A run of samples without a gap, in one attempt, from one device, at one rate."""

    blocks: tuple[Logged[CurveRecorded], ...]

    @property
    def first(self) -> Logged[CurveRecorded]:
        """Its first block."""
        return self.blocks[0]


def curves(history: History) -> tuple[Curve, ...]:
    """The recorded curves, cut wherever samples are missing, repeated, or of another source."""
    runs: list[list[Logged[CurveRecorded]]] = []
    for logged in history.every(CurveRecorded):
        if not logged.event.samples:
            continue
        for run in reversed(runs):
            if _continues(run[-1].event, logged.event):
                run.append(logged)
                break
        else:
            runs.append([logged])
    return tuple(Curve(tuple(run)) for run in runs)


def _continues(before: CurveRecorded, after: CurveRecorded) -> bool:
    return (
        before.instrument is after.instrument
        and before.attempt == after.attempt
        and before.device == after.device
        and before.rate_hz == after.rate_hz
        and before.start + len(before.samples) == after.start
    )


def devices(history: History) -> tuple[Device, ...]:
    """Every measuring device, once each, in order."""
    found: dict[Device, None] = {}
    for logged in history.logged:
        match logged.event:
            case CurveRecorded(device=device):
                found.setdefault(device)
            case MeasurementRecorded(measurement=measurement):
                found.setdefault(measurement.device)
            case _:
                pass
    return tuple(found)


def _observation(ident: str, ids: Ids, *, profile: str | None = None, simulated: bool) -> Resource:
    made = resource("Observation", ident, profile=profile, simulated=simulated)
    made["status"] = "final"
    made["subject"] = reference(ids.patient)
    made["encounter"] = reference(ids.encounter)
    return made


def _vital_sign(quantity: Quantity, ident: str, ids: Ids, *, simulated: bool) -> Resource:
    made = _observation(ident, ids, profile=PROFILE[quantity], simulated=simulated)
    code = CODES[quantity]
    made["category"] = [
        codes.concept(
            {
                "system": f"{codes.TERMINOLOGY}/observation-category",
                "code": "vital-signs",
                "display": "Vital Signs",
            }
        )
    ]
    made["code"] = codes.concept(
        *({"system": codes.LOINC, "code": loinc} for loinc in code.loinc),
        {"system": codes.MDC, "code": str(code.mdc)},
        text=codes.QUANTITY[quantity],
    )
    return made


def measurement(history: History, logged: Logged[MeasurementRecorded], ids: Ids) -> Resource:
    """A recorded value, exact, or its reason for absence. Raises DocumentError for a wrong unit."""
    recorded = logged.event
    measured = recorded.measurement
    code = CODES[measured.quantity]
    made = _vital_sign(measured.quantity, logged.id, ids, simulated=measured.device.simulated)
    made["effectiveDateTime"] = instant(measured.taken_at)
    made["issued"] = instant(logged.at)
    made["performer"] = [
        reference(ids.patient) if measured.held_by == "patient" else {"display": measured.held_by}
    ]
    match measured.result:
        case Present(value=value, unit=unit) if value.is_finite():
            if unit != code.ucum:
                raise DocumentError(
                    f"measurement {logged.id} has a unit that is not its quantity's"
                )
            made["valueQuantity"] = {
                "value": value,
                "unit": unit,
                "system": codes.UCUM,
                "code": unit,
            }
        case Present(value=value):
            # Not a number, whatever it was recorded as.
            made["dataAbsentReason"] = codes.concept(
                {"system": codes.DATA_ABSENT, "code": _special(value)}
            )
        case Absent(reason=reason):
            absent, words = codes.ABSENCE[reason]
            made["dataAbsentReason"] = codes.concept(
                {"system": codes.DATA_ABSENT, "code": absent},
                codes.own("absence", reason.value, words),
                text=words,
            )
    interpretations = []
    for flag in measured.quality:
        words = codes.QUALITY[flag]
        codings = [codes.own("quality", flag.value, words)]
        if flag not in codes.NOT_QUESTIONABLE:
            codings.insert(
                0,
                {
                    "system": codes.MEASUREMENT_STATUS,
                    "code": "questionable",
                    "display": "Questionable",
                },
            )
        interpretations.append(codes.concept(*codings, text=words))
    if interpretations:
        made["interpretation"] = interpretations
    notes = [f"Essai {recorded.attempt}" + (", demandé par le médecin" if recorded.order else "")]
    notes.append(
        "Heure de l'appareil, corrigée" if measured.clock is Clock.DEVICE else "Heure de la cabine"
    )
    notes += [f"Qualité : {codes.QUALITY[flag]}" for flag in measured.quality]
    if measured.device.simulated:
        notes.insert(0, SIMULATED)
    made["note"] = [{"text": note} for note in notes]
    made["method"] = codes.concept(
        text=f"{measured.provenance.protocol}, décodeur {measured.provenance.decoder}"
    )
    made["device"] = reference(ids.device(measured.device))
    wanted = set(measured.provenance.raw)
    sources = [
        reference(curve_id(history, curve))
        for curve in curves(history)
        if wanted & {block.id for block in curve.blocks}
    ]
    if sources:
        made["derivedFrom"] = sources
    return made


def _special(value: Decimal) -> str:
    if value.is_nan():
        return "not-a-number"
    return "negative-infinity" if value < 0 else "positive-infinity"


def failure(history: History, logged: Logged[MeasurementFailed], ids: Ids) -> Iterable[Resource]:
    """One Observation a quantity that the failed attempt should have given."""
    failed = logged.event
    absent, words = codes.FAILURE[failed.failure]
    seen = [
        curve.first.event.device
        for curve in curves(history)
        if curve.first.event.instrument is failed.instrument
        and curve.first.event.attempt == failed.attempt
    ]
    simulated = failed.instrument.value in history.opened.event.simulated or any(
        device.simulated for device in seen
    )
    for quantity in MEASURES[failed.instrument]:
        ident = history.derived("failure", logged.id, quantity.value)
        made = _vital_sign(quantity, ident, ids, simulated=simulated)
        made["effectiveDateTime"] = instant(logged.at)
        made["issued"] = instant(logged.at)
        made["performer"] = [reference(ids.patient)]
        made["dataAbsentReason"] = codes.concept(
            {"system": codes.DATA_ABSENT, "code": absent},
            codes.own("failure", failed.failure.value, words),
            text=words,
        )
        notes = [f"Essai {failed.attempt} : {words}"]
        if simulated:
            notes.insert(0, SIMULATED)
        made["note"] = [{"text": note} for note in notes]
        if seen:
            made["device"] = reference(ids.device(seen[0]))
        yield made


def curve_id(history: History, curve: Curve) -> str:
    """The id of a curve's Observation: derived from its first block's event."""
    return history.derived("curve", curve.first.id)


def plethysmogram(history: History, curve: Curve, ids: Ids) -> Resource:
    """A run of curve as SampledData, each sample with all its digits.

    Samples are 0..1 of full scale (`factor` 1, unit `1`). The start is when the first block was
    committed, less its own length: the booth's clock, right to about a block's delay.
    """
    first = curve.first.event
    made = _observation(curve_id(history, curve), ids, simulated=first.device.simulated)
    made["category"] = [
        codes.concept(
            {
                "system": f"{codes.TERMINOLOGY}/observation-category",
                "code": "procedure",
                "display": "Procedure",
            }
        )
    ]
    made["code"] = codes.concept(
        {"system": codes.MDC, "code": codes.PLETH}, text="Pléthysmogramme (oxymètre de pouls)"
    )
    samples = [sample for block in curve.blocks for sample in block.event.samples]
    start = curve.first.at - timedelta(seconds=len(first.samples) / first.rate_hz)
    end = start + timedelta(seconds=len(samples) / first.rate_hz)
    made["effectivePeriod"] = {"start": instant(start), "end": instant(end)}
    made["issued"] = instant(curve.blocks[-1].at)
    made["performer"] = [reference(ids.patient)]
    made["valueSampledData"] = {
        "origin": {"value": Decimal(0), "unit": "1", "system": codes.UCUM, "code": "1"},
        "period": _PERIOD.divide(Decimal(1000), Decimal(first.rate_hz)),
        "factor": Decimal(1),
        "lowerLimit": Decimal(0),
        "upperLimit": Decimal(1),
        "dimensions": 1,
        "data": " ".join(_digits(sample) for sample in samples),
    }
    made["device"] = reference(ids.device(first.device))
    dropped = sum(block.event.dropped for block in curve.blocks)
    notes = [f"Essai {first.attempt}, {first.rate_hz} Hz, échantillons depuis {first.start}"]
    notes.append("Heure de la cabine, à une seconde près")
    if dropped:
        notes.append(f"Trames abîmées écartées : {dropped}")
    if first.device.simulated:
        notes.insert(0, SIMULATED)
    made["note"] = [{"text": note} for note in notes]
    return made


def _digits(sample: float) -> str:
    """All digits and no exponent, as SampledData wants; E is its word for an error."""
    value = Decimal(repr(sample))
    return format(value, "f") if value.is_finite() else "E"


def media(history: History, ids: Ids, *, simulated: bool) -> Iterable[Resource]:
    """The medium of the act over time (rule 11), one Observation a stretch."""
    changes = history.every(MediumChanged)
    ends = [after.at for _, after in pairwise(changes)] + [history.closed.at]
    for change, end in zip(changes, ends, strict=False):
        words = codes.MEDIUM.get(change.event.medium, change.event.medium)
        made = _observation(change.id, ids, simulated=simulated)
        made["code"] = codes.concept(
            codes.own("observation", "medium", "Medium of the teleconsultation"),
            text="Support de la téléconsultation",
        )
        made["effectivePeriod"] = {"start": instant(change.at), "end": instant(end)}
        made["valueCodeableConcept"] = codes.concept(
            codes.own("medium", change.event.medium, words), text=words
        )
        made["device"] = reference(ids.booth)
        yield made
