"""Picture and sound: there, lost, back."""

from __future__ import annotations

from dataclasses import replace

from contracts.screen import CallState, Part, ReadyState
from kiosk.consultation.journey.effects import (
    Effect,
    Record,
    RequestCall,
    SetSound,
    ShowSelf,
    Step,
    Wake,
)
from kiosk.consultation.journey.happenings import (
    CallChanged,
    CallHealth,
    CaptureChanged,
    MediaDown,
    MediaUp,
    PicturesSeen,
    Seen,
)
from kiosk.consultation.journey.state import Stage, State, Stillness, surrounded
from kiosk.record import events as log

# Grey levels of change up to which a picture stands still. Ours is measured before encoding: the
# noise of a working sensor is ten times more. The doctor's has lost its noise to the encoder, and
# someone who only breathes gives 0.1.
CAMERA_STILL = 0.05
DECODED_STILL = 0.0
CALL_AGAIN = "call-again"
FIRST_WAIT = 0.25  # s before a failed call is tried again; doubles
LONGEST_WAIT = 8.0
CALL_CLOSED = "call-closed"
CLOSED_SECONDS = 2.0  # a page that closes: the doctor's order to end, or a reload, comes in less


def media_news(state: State, news: MediaUp | MediaDown | CaptureChanged | CallChanged) -> Step:
    """Return what follows from the media process coming, going, losing or finding something."""
    match news:
        case MediaUp():
            return _media_up(state, news)
        case MediaDown():
            quiet = surrounded(
                state,
                media=False,
                media_lost=state.around.media,
                link=CallState.RECONNECTING,
                doctor_picture=Stillness(),
                own_picture=Stillness(),
            )
            return quiet, _medium_lost(state, "media_restarted") if state.around.media else ()
        case CaptureChanged(what=what, back=back):
            part = Part.CAMERA if what == "camera" else Part.MICROPHONE
            ready = ReadyState.READY if back else ReadyState.ABSENT
            changed = surrounded(
                state,
                readiness={**state.around.readiness, part: ready},
                **{part.value: back},
                **({"own_picture": Stillness()} if part is Part.CAMERA else {}),
            )
            if state.stage is not Stage.CALL:
                return changed, ()
            return changed, (Record((log.Incident(f"{what}_{'back' if back else 'lost'}"),)),)
        case CallChanged(health=health):
            return _call_changed(state, health)


def _media_up(state: State, news: MediaUp) -> Step:
    parts = ((Part.CAMERA, news.camera), (Part.MICROPHONE, news.microphone))
    readiness = {
        **state.around.readiness,
        **{part: ReadyState.READY if there else ReadyState.ABSENT for part, there in parts},
    }
    pretended = (
        (Part.CAMERA, news.camera_simulated),
        (Part.MICROPHONE, news.microphone_simulated),
    )
    simulated = (state.around.simulated - {Part.CAMERA, Part.MICROPHONE}) | {
        part for part, is_simulated in pretended if is_simulated
    }
    up = surrounded(
        state,
        readiness=readiness,
        simulated=simulated,
        camera=news.camera,
        microphone=news.microphone,
        media=True,
        media_lost=False,
    )
    if state.stage is not Stage.CALL:
        return up, ()
    if up.around.link is CallState.NO_MEDIA:
        up = surrounded(up, link=CallState.CONNECTING)
    return up, (
        ShowSelf(on=True),
        SetSound(up.around.muted, up.around.volume),
        RequestCall(),
    )


def _call_changed(state: State, health: CallHealth) -> Step:
    if state.stage is not Stage.CALL:
        return state, ()
    # Of a new connection no picture has come yet; the next one says whether a freeze is over.
    state = surrounded(state, doctor_picture=replace(state.around.doctor_picture, there=False))
    if health is CallHealth.CONNECTED:
        connected = surrounded(state, link=CallState.CONNECTED, call_failures=0)
        if state.case.medium == "video":
            return connected, ()
        back = (log.Incident("call_restored"),) if state.case.medium == "none" else ()
        return connected, (Record((*back, log.MediumChanged("video"))),)
    lost = surrounded(state, link=CallState.RECONNECTING)
    if health is CallHealth.CLOSED:
        return lost, (Wake(CLOSED_SECONDS, CALL_CLOSED),)
    if health is not CallHealth.FAILED:
        return lost, _medium_lost(state, "call_lost")
    failures = state.around.call_failures
    wait = min(FIRST_WAIT * 2 ** min(failures, 10), LONGEST_WAIT)
    again = Wake(wait, CALL_AGAIN)
    return surrounded(lost, call_failures=failures + 1), (*_medium_lost(state, "call_lost"), again)


def pictures_seen(state: State, seen: PicturesSeen) -> Step:
    """Return what follows from a second of pictures: each freeze is one incident, and its end one.

    Only in a connected call: a stalled one is said to be lost.
    """
    around = state.around
    if state.stage is not Stage.CALL or around.link is not CallState.CONNECTED:
        return state, ()
    doctor = _stillness(around.doctor_picture, seen.doctor, DECODED_STILL)
    own = _stillness(around.own_picture, seen.patient, CAMERA_STILL)
    codes = (
        *_freeze(around.doctor_picture, doctor, "doctor_picture"),
        *_freeze(around.own_picture, own, "camera"),
    )
    incidents = tuple(log.Incident(code) for code in codes)
    return surrounded(state, doctor_picture=doctor, own_picture=own), (
        (Record(incidents),) if incidents else ()
    )


def _stillness(before: Stillness, seen: Seen, still: float) -> Stillness:
    there = before.there if seen.pictures == 0 else not seen.flat
    # One colour: a camera turned off, or one that never sent anything. That is not a frozen face.
    if not there or (seen.pictures > 0 and seen.content > still):
        return Stillness(there)
    return Stillness(there, before.seconds + 1)


def _freeze(before: Stillness, after: Stillness, what: str) -> tuple[str, ...]:
    if before.frozen == after.frozen:
        return ()
    return (f"{what}_{'frozen' if after.frozen else 'moving'}",)


def call_closed(state: State) -> Step:
    """Return what follows when the page has closed the call and nothing has come of it since."""
    if state.around.link is CallState.CONNECTED:
        return state, ()
    return state, _medium_lost(state, "call_lost")


def call_again(state: State) -> Step:
    """Return what follows when it is time to try the call again."""
    wanted = state.stage is Stage.CALL and state.around.link is not CallState.CONNECTED
    return state, (RequestCall(),) if wanted and state.around.media else ()


def _medium_lost(state: State, incident: str) -> tuple[Effect, ...]:
    """Said once per loss: what is already lost is not lost again."""
    if state.stage is not Stage.CALL or state.case.medium == "none":
        return ()
    return (Record((log.Incident(incident), log.MediumChanged("none"))),)
