"""What the clinic service says: the waiting room, a doctor, their orders."""

from __future__ import annotations

from contracts import clinic
from contracts.screen import CallState, MeasurePhase, Part, ReadyState
from kiosk.consultation.journey.effects import (
    ConfirmLease,
    Effect,
    Join,
    Record,
    RequestCall,
    SayClosed,
    Step,
    TakeOrder,
)
from kiosk.consultation.journey.measuring import phase_of
from kiosk.consultation.journey.state import Stage, State, surrounded
from kiosk.record import events as log


def from_clinic(
    state: State,
    message: clinic.QueueState
    | clinic.LeaseOffered
    | clinic.LeaseEnded
    | clinic.OrderSent
    | clinic.DoctorPresence,
) -> Step:
    """Return what follows from a message; one for another consultation changes nothing."""
    if message.consultation != state.case.consultation:
        return state, ()
    match message:
        case clinic.QueueState(position=position, estimate_minutes=minutes):
            return surrounded(
                state,
                queue_position=position,
                estimate_minutes=minutes,
                doctors_online=message.doctors_online,
            ), ()
        case clinic.LeaseOffered(lease=lease, doctor=doctor):
            if state.stage is Stage.WAITING:
                return state, (Record((log.DoctorMet(lease, doctor),)),)
            return state, (ConfirmLease(lease, accepted=lease == state.case.lease),)
        case clinic.LeaseEnded(lease=lease):
            # In the call too: the doctor let go while the patient pressed "ready".
            if state.stage in (Stage.MEETING, Stage.CALL) and lease == state.case.lease:
                return state, (Record((log.DoctorGone(lease),)),)
            return state, ()
        case clinic.OrderSent(order=order):
            return state, _order(state, order)
        case clinic.DoctorPresence(online=online):
            if state.stage is not Stage.CALL or online == state.around.doctor_online:
                return surrounded(state, doctor_online=online), ()
            code = "doctor_back" if online else "doctor_lost"
            return surrounded(state, doctor_online=online), (Record((log.Incident(code),)),)


def _order(state: State, order: clinic.Order) -> tuple[Effect, ...]:
    if order.id in state.case.orders:
        return (TakeOrder(order.id),)
    match state.stage, order.body:
        case Stage.CALL, clinic.AskMeasurement(instrument=instrument):
            if instrument not in state.case.instruments:
                return (TakeOrder(order.id, refused="no_such_instrument"),)
            if phase_of(state) not in (None, MeasurePhase.RECORDED, MeasurePhase.FAILED):
                return (TakeOrder(order.id, refused="already_measuring"),)
            return (Record((log.MeasurementAsked(order.id, instrument),)),)
        case Stage.CALL | Stage.MEETING, clinic.EndCall():
            return (Record((log.CallEnded(order.id),)),)
        case Stage.MEETING | Stage.CALL | Stage.AFTER_CALL, clinic.SendReport(report=report):
            return (Record((log.ReportReceived(order.id, report),)),)
        case Stage.GOODBYE, _:
            return (TakeOrder(order.id, refused="patient_left"),)
    return (TakeOrder(order.id, refused="not_possible_now"),)


_HELD = (Stage.WAITING, Stage.MEETING, Stage.CALL, Stage.AFTER_CALL, Stage.REPORT)


def clinic_changed(state: State, *, up: bool) -> Step:
    """Return what follows from the link going up or down; in a consultation it is an incident."""
    readiness = {
        **state.around.readiness,
        Part.CLINIC: ReadyState.READY if up else ReadyState.ABSENT,
    }
    if up == state.around.clinic:
        return surrounded(state, readiness=readiness), ()
    held = state.stage in _HELD
    lost = state.around.clinic_lost
    effects: list[Effect] = []
    if held and not up and not lost:
        effects.append(Record((log.Incident("clinic_lost"),)))
        lost = True
    if held and up and lost:
        effects.append(Record((log.Incident("clinic_back"),)))
        lost = False
    if up and state.stage is Stage.WAITING:
        effects.append(Join())
    if up and state.stage in (Stage.MEETING, Stage.CALL) and state.case.lease is not None:
        # The answer may have been lost, or the lease have run out unheard: this brings its end.
        effects.append(ConfirmLease(state.case.lease, accepted=True))
    if up and state.stage is Stage.CALL and state.around.link is not CallState.CONNECTED:
        effects.append(RequestCall())
    if up and state.stage in (Stage.GOODBYE, Stage.UNAVAILABLE):
        effects.append(SayClosed())
    return surrounded(state, readiness=readiness, clinic=up, clinic_lost=lost), tuple(effects)
