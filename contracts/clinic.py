"""The clinic plane: booth <-> clinic service <-> doctor's page. One JSON object a message.

Facts (what is true in the consultation) and orders (what a doctor wants of the booth) are durable
and numbered; signalling and live batches are neither.

Facts: the booth numbers them 1, 2, 3… in a consultation (a pure function of its event log), sends
them, keeps them until `FactsStored`, and sends again from there after a reconnection. The service
stores, then acknowledges; the same number again is not stored twice.

Orders: the service stores them with an id, sends them to the booth until `OrderTaken`, and again
after a reconnection; the booth logs an order before it acknowledges it, and takes an id once.

Calls: each attempt at a call has a generation, given by the service, larger than all before in
that consultation. What belongs to an older generation is dropped by everyone. The page offers
(it trickles), the booth answers (it cannot trickle).

`ClinicHello.protocol` and `BoothHello.protocol` are this module's `PROTOCOL`; others are refused.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from contracts.consultation import (
    Doctor,
    Instrument,
    Language,
    Outcome,
    Reason,
    Report,
    Sex,
)
from contracts.measurement import Measurement
from contracts.screen import Failure, MeasurePhase

PROTOCOL = 1

# --- facts: booth -> service -> page, durable, numbered --------------------------------------


class PatientFact(msgspec.Struct, frozen=True, tag="patient"):
    """Who: the identity as typed (provisional). Sent when the patient joins the waiting room."""

    birth_name: str
    given_names: str
    birth_date: str
    sex: Sex
    birth_place: str
    language: Language
    reason: Reason
    consent_version: str
    consent_giver: str
    assistant_allowed: bool


class MeasurementFact(msgspec.Struct, frozen=True, tag="measurement"):
    """A recorded value. `requested_by_doctor` False: taken before the call."""

    measurement: Measurement
    requested_by_doctor: bool


class CurveFact(msgspec.Struct, frozen=True, tag="curve"):
    """A recorded second of a curve. Samples 0..1 of full scale at `rate_hz`."""

    instrument: Instrument
    event: str
    attempt: int
    rate_hz: int
    samples: tuple[float, ...]


class MeasuringFact(msgspec.Struct, frozen=True, tag="measuring"):
    """Where a guided measurement stands; `failure` says why there is no value.

    Phase `failed` without a `failure`: the patient went on without measuring.
    """

    instrument: Instrument
    phase: MeasurePhase
    attempt: int
    failure: Failure | None = None


class IncidentFact(msgspec.Struct, frozen=True, tag="incident"):
    """A technical incident, part of the record (rule 15). `code` as in docs/incidents."""

    code: str


class StatusFact(msgspec.Struct, frozen=True, tag="status"):
    """`waiting`, `meeting`, `ready` (patient may be seen), `in_call`, `after_call`,
    `waits_for_report`, `report_shown`, `left`, `closed`.
    """

    status: str


class MessageFact(msgspec.Struct, frozen=True, tag="message"):
    """What the patient says by button: `cannot_hear`, `help`, `muted`, `unmuted`.

    `red_flag_withdrawn`: a warning sign was ticked before, then taken back.
    """

    code: str


FactBody = (
    PatientFact
    | MeasurementFact
    | CurveFact
    | MeasuringFact
    | IncidentFact
    | StatusFact
    | MessageFact
)


class Fact(msgspec.Struct, frozen=True):
    """`number` counts from 1 in the consultation; `at` is the booth's UTC."""

    number: int
    at: datetime
    body: FactBody


# --- orders: page -> service -> booth, durable -----------------------------------------------


class AskMeasurement(msgspec.Struct, frozen=True, tag="ask_measurement"):
    """The doctor asks for a measurement."""

    instrument: Instrument


class EndCall(msgspec.Struct, frozen=True, tag="end_call"):
    """The doctor ends the call; the report follows."""


class SendReport(msgspec.Struct, frozen=True, tag="send_report"):
    """The report, signed: the patient sees it at the booth."""

    report: Report


OrderBody = AskMeasurement | EndCall | SendReport


class Order(msgspec.Struct, frozen=True):
    """`id` is a UUID given by who orders, so that a repeated order is one order."""

    id: str
    body: OrderBody


# --- booth -> service ------------------------------------------------------------------------


class BoothHello(msgspec.Struct, frozen=True, tag="booth_hello"):
    """First message after the connection (the token rode in the Authorization header).

    `consultation` None: idle; whatever this booth held before is over. `simulated`: this booth's
    instruments are not real.
    """

    protocol: int
    booth: str
    site: str
    simulated: bool
    consultation: str | None


class JoinQueue(msgspec.Struct, frozen=True, tag="join_queue"):
    """The patient waits. Nothing that names them: what a list of waiting people may show.

    Sent again after each reconnection while the patient waits; the first `since` is kept.
    """

    consultation: str
    since: datetime
    language: Language
    reason: Reason
    age_years: int
    sex: Sex


class LeaveQueue(msgspec.Struct, frozen=True, tag="leave_queue"):
    """The patient no longer waits."""

    consultation: str


class ConfirmLease(msgspec.Struct, frozen=True, tag="confirm_lease"):
    """Yes, this patient is still here and meets this doctor. `accepted` False: no."""

    consultation: str
    lease: str
    accepted: bool


class RequestCall(msgspec.Struct, frozen=True, tag="request_call"):
    """Give this consultation a (new) call generation: patient ready, or media lost."""

    consultation: str


class BoothAnswer(msgspec.Struct, frozen=True, tag="booth_answer"):
    """The booth's SDP answer."""

    consultation: str
    generation: int
    sdp: str


class BoothFacts(msgspec.Struct, frozen=True, tag="facts"):
    """Facts in order, without a gap."""

    consultation: str
    facts: tuple[Fact, ...]


class BoothLive(msgspec.Struct, frozen=True, tag="live"):
    """A live batch; never stored, dropped when the page is slow."""

    consultation: str
    instrument: Instrument
    attempt: int
    rate_hz: int
    start: int
    curve: tuple[float, ...]
    spo2: int | None
    pulse_rate: int | None


class OrderTaken(msgspec.Struct, frozen=True, tag="order_taken"):
    """Logged at the booth. `refused` says why when it cannot be done now."""

    consultation: str
    order: str
    refused: str | None = None


class CloseConsultation(msgspec.Struct, frozen=True, tag="close_consultation"):
    """Nothing more will come from the booth: the patient has left or finished."""

    consultation: str


BoothMessage = (
    BoothHello
    | JoinQueue
    | LeaveQueue
    | ConfirmLease
    | RequestCall
    | BoothAnswer
    | BoothFacts
    | BoothLive
    | OrderTaken
    | CloseConsultation
)


# --- service -> booth ------------------------------------------------------------------------


class Welcomed(msgspec.Struct, frozen=True, tag="welcomed"):
    """Answer to `BoothHello`. `stored`: the last fact stored of its consultation (0: none)."""

    stored: int


class QueueState(msgspec.Struct, frozen=True, tag="queue_state"):
    """Sent at each change. `position` counts from 1. `estimate_minutes` None: not known."""

    consultation: str
    position: int | None
    estimate_minutes: int | None
    doctors_online: int


class LeaseOffered(msgspec.Struct, frozen=True, tag="lease_offered"):
    """A doctor claims this patient; confirm within 30 s. The same doctor after a reload: again."""

    consultation: str
    lease: str
    doctor: Doctor


class LeaseEnded(msgspec.Struct, frozen=True, tag="lease_ended"):
    """The doctor let go, or the lease ran out unconfirmed: back to the queue."""

    consultation: str
    lease: str


class CallOffer(msgspec.Struct, frozen=True, tag="call_offer"):
    """The page's SDP offer for this generation."""

    consultation: str
    generation: int
    sdp: str


class CallCandidate(msgspec.Struct, frozen=True, tag="call_candidate"):
    """A trickled candidate. May come before the offer."""

    consultation: str
    generation: int
    candidate: str
    mid: str | None
    line: int | None


class FactsStored(msgspec.Struct, frozen=True, tag="facts_stored"):
    """All facts up to `number` are on the service's disk."""

    consultation: str
    number: int


class OrderSent(msgspec.Struct, frozen=True, tag="order"):
    """An order, sent until taken."""

    consultation: str
    order: Order


class DoctorPresence(msgspec.Struct, frozen=True, tag="doctor_presence"):
    """Whether the doctor's page is connected now (a reload is short)."""

    consultation: str
    online: bool


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """What the peer sent cannot be accepted. `code` is stable, `advice` says what to do."""

    code: str
    advice: str


ToBooth = (
    Welcomed
    | QueueState
    | LeaseOffered
    | LeaseEnded
    | CallOffer
    | CallCandidate
    | FactsStored
    | OrderSent
    | DoctorPresence
    | Refused
)


# --- page -> service -------------------------------------------------------------------------


class DoctorHello(msgspec.Struct, frozen=True, tag="doctor_hello"):
    """First message. After a reload `after` is 0 (the page has lost its content)."""

    protocol: int
    consultation: str | None = None
    after: int = 0


class Claim(msgspec.Struct, frozen=True, tag="claim"):
    """Take this patient."""

    consultation: str


class LetGo(msgspec.Struct, frozen=True, tag="let_go"):
    """Give the patient back to the queue (before the call), or close one's own page of them."""

    consultation: str


class Offer(msgspec.Struct, frozen=True, tag="offer"):
    """SDP offer for the generation of the last `CallInvited`."""

    consultation: str
    generation: int
    sdp: str


class Candidate(msgspec.Struct, frozen=True, tag="candidate"):
    """A trickled candidate of the page."""

    consultation: str
    generation: int
    candidate: str
    mid: str | None
    line: int | None


class PlaceOrder(msgspec.Struct, frozen=True, tag="place_order"):
    """An order; acknowledged by `OrderStored`."""

    consultation: str
    id: str
    body: AskMeasurement | EndCall


class SignReport(msgspec.Struct, frozen=True, tag="sign_report"):
    """Write and sign. The service adds doctor and time, stores, then sends it to the booth."""

    consultation: str
    id: str
    outcome: Outcome
    text: str


DoctorMessage = DoctorHello | Claim | LetGo | Offer | Candidate | PlaceOrder | SignReport


# --- service -> page -------------------------------------------------------------------------


class WaitingPatient(msgspec.Struct, frozen=True):
    """A row of the waiting list. `mine`: leased by this doctor."""

    consultation: str
    booth: str
    site: str
    since: datetime
    language: Language
    reason: Reason
    age_years: int
    sex: Sex
    simulated: bool
    booth_online: bool
    mine: bool


class DoctorWelcomed(msgspec.Struct, frozen=True, tag="doctor_welcomed"):
    """Who is signed in; and the consultation they were in, if any (after a reload)."""

    doctor: Doctor
    current: str | None
    now: datetime


class WaitingList(msgspec.Struct, frozen=True, tag="waiting_list"):
    """The whole list, at each change, oldest first."""

    patients: tuple[WaitingPatient, ...]


class LeaseConfirmed(msgspec.Struct, frozen=True, tag="lease_confirmed"):
    """The booth confirmed: facts follow."""

    consultation: str


class LeaseLost(msgspec.Struct, frozen=True, tag="lease_lost"):
    """`taken` (another doctor was first), `not_confirmed`, `left` (the patient left)."""

    consultation: str
    reason: str


class CallInvited(msgspec.Struct, frozen=True, tag="call_invited"):
    """Make a new peer connection for this generation and offer."""

    consultation: str
    generation: int


class CallAnswer(msgspec.Struct, frozen=True, tag="call_answer"):
    """The booth's answer."""

    consultation: str
    generation: int
    sdp: str


class Facts(msgspec.Struct, frozen=True, tag="facts"):
    """Facts in order, without a gap from the `after` asked."""

    consultation: str
    facts: tuple[Fact, ...]


class LiveBatch(msgspec.Struct, frozen=True, tag="live"):
    """As `BoothLive`."""

    consultation: str
    instrument: Instrument
    attempt: int
    rate_hz: int
    start: int
    curve: tuple[float, ...]
    spo2: int | None
    pulse_rate: int | None


class OrderState(msgspec.Struct, frozen=True, tag="order_state"):
    """`stored`, then `taken` (logged at the booth) or `refused`."""

    consultation: str
    id: str
    state: str
    refused: str | None = None


class BoothPresence(msgspec.Struct, frozen=True, tag="booth_presence"):
    """Whether the booth is connected now; where it stands; whether its instruments are real.

    After a reload the page has no waiting list's row to know the last two from.
    """

    consultation: str
    online: bool
    site: str = ""
    simulated: bool = False


class ConsultationClosed(msgspec.Struct, frozen=True, tag="consultation_closed"):
    """Nothing more will come from the booth; a report can still be signed if there is none."""

    consultation: str
    reported: bool


ToDoctor = (
    DoctorWelcomed
    | WaitingList
    | LeaseConfirmed
    | LeaseLost
    | CallInvited
    | CallAnswer
    | Facts
    | LiveBatch
    | OrderState
    | BoothPresence
    | ConsultationClosed
    | Refused
)
