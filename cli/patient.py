# ruff: noqa: RUF001 - French words are written as French writes them
"""A robot patient: goes through the journey on a driven touchscreen, by accessible names only.

    async with PatientRobot.on(control_socket, Answers()) as patient:
        await patient.go("waiting")

It presses what a patient would press on each page, in the language the page is in, and stops at
the page it is sent to. It never sends an intent itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = dict[str, Any]

# What is pressed and filled in, as it is named on the screen: French, English.
NAMES: dict[str, tuple[str, str]] = {
    "clean": ("C’est propre", "It is clean"),
    "start": ("Commencer", "Start"),
    "understood": ("J’ai compris", "I have understood"),
    "patient": ("Le patient", "The patient"),
    "parent": ("Le parent de l’enfant", "The child's parent"),
    "guardian": ("Le tuteur légal", "The legal guardian"),
    "video_yes": ("Oui, j’accepte la vidéo", "Yes, I agree to be seen by video"),
    "video_no": ("Non, je refuse la vidéo", "No, I do not want to be seen by video"),
    "helped_yes": ("Oui, on peut m’aider", "Yes, someone may help me"),
    "helped_no": ("Non, personne ne doit m’aider", "No, nobody is to help me"),
    "confirm": ("Valider mes réponses", "Confirm my answers"),
    "refuse": ("Refuser et arrêter ici", "Refuse and stop here"),
    "birth_name": ("Nom de naissance", "Name at birth"),
    "given_names": ("Prénoms", "Given names"),
    "continue": ("Continuer", "Continue"),
    "day": ("Jour", "Day"),
    "month": ("Mois", "Month"),
    "year": ("Année", "Year"),
    "sex_F": ("Féminin", "Female"),
    "sex_M": ("Masculin", "Male"),
    "sex_I": ("Indéterminé", "Undetermined"),
    "place": ("Ville, et pays si ce n’est pas la France", "Town, and country if it is not France"),
    "yes": ("Oui", "Yes"),
    "no": ("Non", "No"),
    "reason_fever": ("Fièvre", "Fever"),
    "reason_throat": ("Mal de gorge", "Sore throat"),
    "reason_cough": ("Toux, rhume", "Cough, cold"),
    "reason_ear": ("Mal d’oreille", "Ear pain"),
    "reason_breathing": ("Respiration", "Breathing"),
    "reason_skin": ("Peau", "Skin"),
    "reason_digestion": ("Ventre, digestion", "Stomach, digestion"),
    "reason_urinary": ("Brûlures en urinant", "Burning when passing urine"),
    "reason_pain": ("Douleur", "Pain"),
    "reason_renewal": ("Renouveler une ordonnance", "Renew a prescription"),
    "reason_other": ("Autre chose", "Something else"),
    "flag_chest_pain": ("Douleur ou serrement dans la poitrine", "Pain or tightness in the chest"),
    "flag_short_of_breath": ("Beaucoup de mal à respirer", "Great difficulty breathing"),
    "flag_stroke_signs": (
        "Visage déformé, bras faible ou mal à parler",
        "Drooping face, weak arm or trouble speaking",
    ),
    "flag_bleeding": ("Saignement qui ne s’arrête pas", "Bleeding that does not stop"),
    "flag_unconscious": ("Malaise ou perte de connaissance", "Fainting, or about to faint"),
    "flag_allergy": ("Gonflement du visage ou de la gorge", "Swelling of the face or throat"),
    "flag_self_harm": (
        "Envie de mourir ou de se faire du mal",
        "Wanting to die or to hurt yourself",
    ),
    "flag_infant": ("Bébé malade de moins de trois mois", "A sick baby under three months old"),
    "none_of_these": ("Rien de tout cela", "None of these"),
    "what_i_ticked": ("Oui, cela m’arrive", "Yes, this is happening"),
    "have_help": ("J’ai de l’aide, terminer", "I have help, stop here"),
    "retake": ("Refaire la mesure", "Measure again"),
    "try_again": ("Réessayer", "Try again"),
    "skip": ("Continuer sans mesurer", "Go on without measuring"),
    "skip_in_call": ("Sans mesurer", "Without measuring"),
    "done": ("Terminé", "Done"),
    "ready": ("Je peux commencer", "I am ready"),
    "louder": ("Plus fort", "Louder"),
    "softer": ("Moins fort", "Softer"),
    "mute": ("Couper mon micro", "Mute my microphone"),
    "unmute": ("Micro coupé\u00a0: rallumer", "Microphone off: turn on"),
    "cannot_hear": ("Je ne vous entends pas", "I can't hear you"),
    "wait_here": ("J’attends ici", "I wait here"),
    "leave_now": ("Je pars maintenant", "I leave now"),
    "read": ("J’ai lu", "I have read it"),
    "further_down": ("Lire plus bas", "Read further down"),
    "further_up": ("Lire plus haut", "Read further up"),
    "finish": ("Terminer", "Finish"),
    "help": ("Aide", "Help"),
    "leave": ("Partir", "Leave"),
    "yes_leave": ("Oui, partir", "Yes, leave"),
    "stay": ("Non, rester", "No, stay"),
    "close_help": ("Fermer ce message", "Close this message"),
    "back": ("Retour", "Back"),
}
LANGUAGES = {"fr": "Français", "en": "English"}


class PatientError(Exception):
    """The robot could not do on the screen what a patient would."""


@dataclass(frozen=True)
class Answers:
    """What the robot answers. The identity is invented."""

    language: str = "fr"
    giver: str = "patient"
    act: bool = True
    assistant: bool = True
    birth_name: str = "Lefèvre-Noël"
    given_names: str = "Zoé Éléonore"
    day: str = "05"
    month: str = "03"
    year: str = "1946"
    sex: str = "F"
    birth_place: str = "Saint-Étienne"
    accompanied: bool = True
    reason: str = "cough"
    red_flags: tuple[str, ...] = ()
    retakes: int = 0  # how often a recorded value is measured again
    failures_borne: int = 3  # how often a failed measurement is tried again, then skipped
    wait_for_report: bool = True


@dataclass
class Seen:
    """A page as it was when it appeared."""

    page: str
    phase: str
    language: str
    at: float  # time.monotonic()
    texts: list[str] = field(default_factory=list)


class Touchscreen:
    """The driven touchscreen's socket: one method a command (see cli.driven_touch)."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._turn = asyncio.Lock()

    async def ask(self, do: str, **more: Any) -> Json:
        """Do one thing. Raises `PatientError` with the screen's own words."""
        async with self._turn:
            self._writer.write(json.dumps({"do": do, **more}).encode() + b"\n")
            try:
                await self._writer.drain()
                line = await self._reader.readline()
            except ConnectionError as error:
                raise PatientError(f"the touchscreen went away while asked to {do}") from error
        if not line:
            raise PatientError(f"the touchscreen went away while asked to {do}")
        answer: Json = json.loads(line)
        if not answer.pop("ok"):
            raise PatientError(f"{do} {more}: {answer['error']}")
        return answer

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


async def touchscreen(control: Path, *, seconds: float = 20) -> Touchscreen:
    """Connect to a driven touchscreen, which may still be starting."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return Touchscreen(*await asyncio.open_unix_connection(str(control), limit=2**24))
        except OSError as error:
            if time.monotonic() > deadline:
                raise PatientError(f"{control}: no touchscreen answers") from error
            await asyncio.sleep(0.05)


class PatientRobot:
    """Answers each page as `answers` say. `seen` is what it has met, in order."""

    def __init__(self, screen: Touchscreen, answers: Answers) -> None:
        self.screen = screen
        self.answers = answers
        self.seen: list[Seen] = []
        self._pictures: Path | None = None
        self._number = itertools.count(1)
        self._retakes_left = answers.retakes
        self._failures_left = answers.failures_borne
        self._language = answers.language

    @classmethod
    @contextlib.asynccontextmanager
    async def on(cls, control: Path, answers: Answers | None = None) -> AsyncIterator[PatientRobot]:
        """A robot at the touchscreen of `control`."""
        screen = await touchscreen(control)
        try:
            yield cls(screen, answers or Answers())
        finally:
            screen.close()

    def screens(self, folder: Path) -> None:
        """From now on keep a PNG of each new page and phase in `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        self._pictures = folder

    async def state(self) -> Json:
        """Page, revision, phase and dialog now."""
        return await self.screen.ask("state")

    async def texts(self) -> list[str]:
        """All words on the screen now."""
        texts: list[str] = (await self.screen.ask("texts"))["texts"]
        return texts

    async def values_shown(self) -> Json:
        """Recorded and live numbers on the screen now, apart."""
        return await self.screen.ask("values")

    async def frames(self) -> Json:
        """Count and last picture of the doctor and of oneself."""
        frames: Json = (await self.screen.ask("frames"))["frames"]
        return frames

    async def wait(self, *, seconds: float = 30, **so: Any) -> Json:
        """Wait until page, phase, dialog, call or language are so."""
        return await self.screen.ask("wait", seconds=seconds, **so)

    def name(self, key: str) -> str:
        """What the control `key` is called in the language of the screen."""
        return NAMES[key][0 if self._language == "fr" else 1]

    async def press(self, key: str) -> None:
        """Press the control `key` of `NAMES`."""
        await self.screen.ask("press", name=self.name(key))

    async def fill(self, key: str, text: str) -> None:
        """Type `text` into the field `key` of `NAMES`."""
        await self.screen.ask("type", name=self.name(key), text=text)

    async def picture(self, label: str) -> None:
        """Keep a PNG of the screen, if pictures are kept."""
        if self._pictures is not None:
            file = self._pictures / f"touchscreen-{next(self._number):02}-{label}.png"
            await self.screen.ask("screenshot", file=str(file))

    async def go(self, until: str, *, seconds: float = 120) -> Json:
        """Answer page after page until page `until` is shown; return the state there.

        Raises `PatientError` when that is not so within `seconds`.
        """
        deadline = time.monotonic() + seconds
        while True:
            state = await self.state()
            if state["present"]:
                self._language = state["language"]
                await self._look(state)
                if state["page"] == until and state["dialog"] == "":
                    return state
                await self._answer(state)
            left = deadline - time.monotonic()
            if left <= 0:
                raise PatientError(f"{until!r} did not come; the screen is at {await self.state()}")
            if (await self.state())["revision"] == state["revision"]:
                # nothing to press here, or the answer is under way: the next view decides
                with contextlib.suppress(PatientError):
                    await self.wait(after=state["revision"], seconds=min(1.0, left))

    async def _look(self, state: Json) -> None:
        last = self.seen[-1] if self.seen else None
        if last is None or (last.page, last.phase) != (state["page"], state["phase"]):
            self.seen.append(
                Seen(
                    state["page"],
                    state["phase"],
                    state["language"],
                    time.monotonic(),
                    await self.texts(),
                )
            )
            await self.picture("-".join(filter(None, (state["page"], state["phase"]))))

    async def _answer(self, state: Json) -> None:
        if state["dialog"]:
            await self.press("stay" if state["dialog"] == "leave" else "close_help")
            return
        doing: dict[str, Callable[[Json], Any]] = {
            "hygiene": lambda _: self.press("clean"),
            "welcome": self._welcome,
            "information": lambda _: self.press("understood"),
            "consent": self._consent,
            "names": self._names,
            "birth_date": self._birth_date,
            "sex": lambda _: self.press(f"sex_{self.answers.sex}"),
            "birth_place": self._birth_place,
            "accompanied": lambda _: self.press("yes" if self.answers.accompanied else "no"),
            "reason": lambda _: self.press(f"reason_{self.answers.reason}"),
            "red_flags": self._red_flags,
            "emergency": lambda _: self.press("have_help"),
            "measure": self._measure,
            "meet_doctor": lambda _: self.press("ready"),
            "call": self._call,
            "after_call": self._after_call,
            "report": self._report,
            "goodbye": lambda _: self.press("finish"),
        }
        answer = doing.get(state["page"])
        if answer is not None:
            await answer(state)

    async def _welcome(self, state: Json) -> None:
        if state["language"] != self.answers.language:
            await self.screen.ask("press", name=LANGUAGES[self.answers.language])
            await self.wait(language=self.answers.language)
            self._language = self.answers.language
            await self.picture(f"welcome-{self._language}")
            return  # what was answered is a view of its own: `go` looks at it again
        await self.press("start")

    async def _consent(self, _state: Json) -> None:
        answers = self.answers
        await self.press(answers.giver)
        await self.press("video_yes" if answers.act else "video_no")
        await self.press("helped_yes" if answers.assistant else "helped_no")
        await self.picture("consent-answered")
        await self.press("confirm" if answers.act else "refuse")

    async def _names(self, _state: Json) -> None:
        await self.fill("birth_name", self.answers.birth_name)
        await self.fill("given_names", self.answers.given_names)
        await self.picture("names-typed")
        await self.press("continue")

    async def _birth_date(self, _state: Json) -> None:
        for key in ("day", "month", "year"):
            await self.fill(key, getattr(self.answers, key))
        await self.picture("birth_date-typed")
        await self.press("continue")

    async def _birth_place(self, _state: Json) -> None:
        await self.fill("place", self.answers.birth_place)
        await self.press("continue")

    async def _red_flags(self, _state: Json) -> None:
        for flag in self.answers.red_flags:
            await self.press(f"flag_{flag}")
        await self.press("what_i_ticked" if self.answers.red_flags else "none_of_these")

    async def _measure(self, state: Json) -> None:
        if state["phase"] == "recorded":
            if self._retakes_left > 0:
                self._retakes_left -= 1
                await self.press("retake")
            else:
                await self.press("continue")
        elif state["phase"] == "failed":
            if self._failures_left > 0:
                self._failures_left -= 1
                await self.press("try_again")
            else:
                await self.press("skip")

    async def _call(self, state: Json) -> None:
        if state["phase"] == "recorded":
            await self.press("done")
        elif state["phase"] == "failed":
            if self._failures_left > 0:
                self._failures_left -= 1
                await self.press("try_again")
            else:
                await self.press("skip_in_call")

    async def _after_call(self, _state: Json) -> None:
        if not self.answers.wait_for_report:
            await self.press("leave_now")
            await self.wait(dialog="leave")
            await self.picture("leave-asked")
            await self.press("yes_leave")
        elif self.name("wait_here") in await self._pressables():
            await self.press("wait_here")

    async def _report(self, _state: Json) -> None:
        while self.name("further_down") in await self._pressables():
            await self.press("further_down")
        await self.press("read")

    async def _pressables(self) -> set[str]:
        items = (await self.screen.ask("tree"))["items"]
        return {each["name"] for each in items if each["pressable"] and each["enabled"]}
