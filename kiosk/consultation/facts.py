"""What the clinic is told: facts numbered 1, 2, 3…, a pure function of the event log.

Nothing of a patient leaves the booth before they join the waiting room: what was recorded until
then is told when they do.
"""

from __future__ import annotations

from collections.abc import Iterable

from contracts import clinic
from contracts.clinic import Fact, FactBody
from contracts.screen import MeasurePhase
from kiosk.record import events as log
from kiosk.record.log import Entry


class Facts:
    """Feed entries in order; get the facts they add."""

    def __init__(self) -> None:
        self._known: dict[str, log.LogEvent] = {}
        self._before: list[tuple[Entry, FactBody]] = []
        self._joined = False
        self._told = 0
        self._open: log.MeasurementStarted | None = None  # its attempt has no end yet

    def feed(self, entry: Entry) -> tuple[Fact, ...]:
        """Return the facts that `entry` adds, numbered."""
        event = entry.event
        self._known[event.__struct_config__.tag] = event  # type: ignore[index]  # tags are str here
        if isinstance(event, log.QueueJoined):
            self._joined = True
            before, self._before = self._before, []
            bodies = [(entry, self._patient()), *before, (entry, clinic.StatusFact("waiting"))]
            return self._number(bodies)
        body = self._given_up(event) or _fact(entry)
        if body is None:
            return ()
        if not self._joined:
            self._before.append((entry, body))
            return ()
        return self._number([(entry, body)])

    def _given_up(self, event: log.LogEvent) -> FactBody | None:
        """The patient goes on without a value. Untold, the doctor would wait for it, and could not
        ask again.
        """
        before = self._open
        match event:
            case log.MeasurementStarted():
                self._open = event
            case log.MeasurementRecorded() | log.MeasurementFailed() | log.MeasurementDone():
                self._open = None
        if before is None or not isinstance(event, log.MeasurementDone):
            return None
        return clinic.MeasuringFact(before.instrument, MeasurePhase.FAILED, before.attempt)

    def _number(self, bodies: Iterable[tuple[Entry, FactBody]]) -> tuple[Fact, ...]:
        facts = []
        for entry, body in bodies:
            self._told += 1
            facts.append(Fact(self._told, entry.utc, body))
        return tuple(facts)

    def _patient(self) -> clinic.PatientFact:
        names, birth = self._known["names_given"], self._known["birth_date_given"]
        sex, place = self._known["sex_given"], self._known["birth_place_given"]
        reason, consent = self._known["reason_given"], self._known["consent_given"]
        opened = self._known["opened"]
        if not (
            isinstance(names, log.NamesGiven)
            and isinstance(birth, log.BirthDateGiven)
            and isinstance(sex, log.SexGiven)
            and isinstance(place, log.BirthPlaceGiven)
            and isinstance(reason, log.ReasonGiven)
            and isinstance(consent, log.ConsentGiven)
            and isinstance(opened, log.Opened)
        ):
            raise TypeError("the waiting room was joined before the questions were answered")
        return clinic.PatientFact(
            birth_name=names.birth_name,
            given_names=names.given_names,
            birth_date=birth.birth_date.isoformat(),
            sex=sex.sex,
            birth_place=place.birth_place,
            language=opened.language,
            reason=reason.reason,
            consent_version=consent.text_version,
            consent_giver=consent.giver.value,
            assistant_allowed=consent.assistant,
        )


def _fact(entry: Entry) -> FactBody | None:
    match entry.event:
        case log.MeasurementStarted(instrument=instrument, attempt=attempt):
            return clinic.MeasuringFact(instrument, MeasurePhase.CONNECTING, attempt)
        case log.MeasurementRecorded(measurement=measurement, order=order):
            return clinic.MeasurementFact(measurement, requested_by_doctor=order is not None)
        case log.MeasurementFailed(instrument=instrument, attempt=attempt, failure=failure):
            return clinic.MeasuringFact(instrument, MeasurePhase.FAILED, attempt, failure)
        case log.CurveRecorded() as curve:
            return clinic.CurveFact(
                curve.instrument, entry.id, curve.attempt, curve.rate_hz, curve.samples
            )
        case log.Incident(code=code):
            return clinic.IncidentFact(code)
        case log.DoctorMet():
            return clinic.StatusFact("meeting")
        case log.DoctorGone():
            return clinic.StatusFact("waiting")
        case log.PatientReady():
            return clinic.StatusFact("in_call")
        case log.CallEnded():
            return clinic.StatusFact("after_call")
        case log.WaitsForReport():
            return clinic.StatusFact("waits_for_report")
        case log.ReportReceived():
            return clinic.StatusFact("report_shown")
        case log.Closed(why=why):
            return clinic.StatusFact("closed" if why == "report_read" else "left")
        case log.MicrophoneMuted(muted=muted):
            return clinic.MessageFact("muted" if muted else "unmuted")
        case log.RedFlagsAnswered(flags=flags) if flags:
            # Told with the rest if the patient takes it back and goes on: a doctor should know.
            return clinic.MessageFact("red_flag_withdrawn")
        case log.CannotHearSaid():
            return clinic.MessageFact("cannot_hear")
        case log.HelpAsked():
            return clinic.MessageFact("help")
    return None
