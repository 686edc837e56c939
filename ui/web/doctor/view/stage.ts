// Picture and sound: the patient, the doctor's own view, the state of the call in words.

import { h, icon, on, setAttribute, setChildren, setShown, setText } from "../../shared/dom.ts";
import { isFrozen, isPatientMuted } from "../facts.ts";
import { clock } from "../format.ts";
import { callLine, frozenSeconds, reportProgress, unreadMessages, type CallLine } from "../reading.ts";
import { isCallOver, type Consultation, type State } from "../state.ts";
import { currentLanguage, words, worded } from "../words/index.ts";
import { askFirst, button, named, said, setLine, type Dispatch } from "./parts.ts";

export interface Videos {
  patient: HTMLVideoElement;
  instrument: HTMLVideoElement;
  self: HTMLVideoElement;
}

const MICROPHONE = ["M12 3a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3z", "M5 11a7 7 0 0 0 14 0", "M12 18v3"];
const CAMERA = ["M3 7h12v10H3z", "M15 11l6-4v10l-6-4"];
const SPEAKER = ["M4 9v6h4l5 4V5L8 9z", "M16 9a4 4 0 0 1 0 6", "M18.5 6.5a8 8 0 0 1 0 11"];
const HANG_UP = ["M3 14c5-5 13-5 18 0l-2 3-4-2v-3a12 12 0 0 0-6 0v3l-4 2z"];
const STRUCK = "M4 4l16 16";

const TONES: Record<CallLine, "busy" | "good" | "bad" | "calm"> = {
  confirming: "busy",
  waiting: "calm",
  meeting: "busy",
  ready: "busy",
  connecting: "busy",
  first_picture: "busy",
  in_call: "good",
  picture_lost: "bad",
  interrupted: "bad",
  failed: "bad",
  ended: "calm",
  left: "bad",
  closed: "calm",
};

export function stageView(dispatch: Dispatch, startSound: () => void) {
  const patient = named(h("video", { class: "remote", playsinline: true, autoplay: true }), (w) => w.remote_video);
  const instrument = named(
    h("video", { class: "instrument", playsinline: true, autoplay: true, muted: true }),
    (w) => w.instrument_video,
  );
  instrument.muted = true; // the attribute is only a default
  const self = named(h("video", { class: "self", playsinline: true, autoplay: true, muted: true }), (w) => w.self_view);
  self.muted = true;

  const state = h("p", { class: "call-state", role: "status" });
  const sentence = h("span");
  // Not read out again each second: the sentence says it once.
  const since = h("strong", { class: "since", "aria-hidden": "true" });
  const middle = h("p", { class: "middle", role: "status" }, since, sentence);
  const frozen = said(h("p", { class: "call-state frozen", role: "alert" }), (w) => w.camera_frozen);
  const ownFrozen = said(h("p", { class: "own-frozen", role: "status" }), (w) => w.own_picture_frozen);
  const muted = said(h("p", { class: "call-state muted" }), (w) => w.patient_muted);
  const messages = h("div", { class: "messages", role: "alert" });
  const sound = h(
    "div",
    { class: "sound" },
    said(h("span"), (w) => w.sound_blocked),
    button("primary", (w) => w.sound_start, startSound),
  );

  const camera = device("camera", CAMERA, () => dispatch({ type: "switch_camera" }));
  const microphone = device("microphone", MICROPHONE, () => dispatch({ type: "switch_microphone" }));
  const volume = on(
    named(h("input", { type: "range", min: 0, max: 100, step: 5, id: "volume" }), (w) => w.volume),
    { input: () => dispatch({ type: "volume", volume: volume.valueAsNumber }) },
  );
  const end = on(
    h("button", { type: "button", class: "button danger end" }, icon(...HANG_UP), said(h("span"), (w) => w.end_call)),
    {
      click: () =>
        askFirst(
          {
            title: (w) => w.end_call_sure,
            means: (w) => w.end_call_means,
            stay: (w) => w.end_call_stay,
            confirm: (w) => w.end_call,
            danger: true,
          },
          () => dispatch({ type: "end_call", id: crypto.randomUUID() }),
        ),
    },
  );
  const problem = h("p", { class: "device-problem", role: "status" });
  const retry = button("plain", (w) => w.devices_retry, () => dispatch({ type: "retry_devices" }));
  const problems = h("div", { class: "device-problems" }, problem, retry);
  const refused = h("p", { class: "device-problem", role: "alert" });

  const picture = h("div", { class: "picture" }, patient, middle, instrument, self, state, muted, frozen, ownFrozen, messages, sound);
  const root = h(
    "section",
    { class: "stage" },
    picture,
    h(
      "div",
      { class: "controls" },
      microphone.root,
      camera.root,
      h("label", { class: "volume", for: "volume" }, icon(...SPEAKER), volume),
      end,
    ),
    problems,
    refused,
  );

  return {
    root,
    videos: { patient, instrument, self },
    update(page: State, c: Consultation) {
      const w = words();
      const line = callLine(page, c);
      const over = isCallOver(c);
      setText(state, w.call[line]);
      setAttribute(root, "data-call", line);
      setAttribute(root, "data-tone", TONES[line]);
      setText(
        sentence,
        over ? w.after_call[line === "left" || line === "closed" ? line : "ended"] : w.call[line],
      );
      const seconds = frozenSeconds(page, c);
      setText(since, seconds === null ? "" : w.picture_frozen(seconds));
      setShown(since, seconds !== null);
      // A frozen face would look like a patient who does not move: covered when nothing arrives.
      const seen = line === "in_call";
      setShown(state, seen || over);
      // Once the report is signed, there is nothing more to ask of the doctor here.
      setShown(middle, over ? reportProgress(c) === "none" : !seen);
      setShown(instrument, seen && c.call.instrumentPicture);
      setShown(self, !over && page.camera === "on");
      setAttribute(self, "data-off", !page.cameraOn);
      setShown(frozen, seen && isFrozen(c.facts, "camera"));
      setShown(ownFrozen, seen && page.camera === "on" && isFrozen(c.facts, "doctor_picture"));
      setShown(muted, !over && isPatientMuted(c.facts));
      setShown(sound, !over && c.call.soundBlocked);
      setShown(root.children[1] as HTMLElement, !over);
      camera.update(page.cameraOn && page.camera === "on", page.camera !== "on", w.camera_on, w.camera_off, w.camera_short);
      microphone.update(
        page.microphoneOn && page.microphone === "on",
        page.microphone !== "on",
        w.microphone_on,
        w.microphone_off,
        w.microphone_short,
      );
      end.disabled = c.call.generation === 0;
      if (volume.valueAsNumber !== page.volume) volume.valueAsNumber = page.volume;
      const { sends } = c.call;
      const wrong = [
        page.camera === "on" && !sends.camera ? w.camera_later : w.camera[page.camera],
        page.microphone === "on" && !sends.microphone
          ? w.microphone_later
          : w.microphone[page.microphone],
      ].filter((text) => text !== "");
      setText(problem, wrong.join(" "));
      setShown(problems, !over && wrong.length > 0);
      const asking = page.camera === "asking" || page.microphone === "asking";
      setShown(retry, !asking && !(page.camera === "on" && page.microphone === "on"));
      const refusal = c.orders.findLast((order) => order.kind === "end_call" && order.progress === "refused");
      setLine(refused, refusal ? w.end_call_refused(worded(w.refusals, refusal.refused ?? "", w.unknown_code)) : "");
      showMessages(c);
    },
  };

  function showMessages(c: Consultation): void {
    const unread = unreadMessages(c);
    setShown(messages, unread.length > 0);
    setChildren(messages, JSON.stringify([unread, currentLanguage()]), () =>
      unread.map(({ number, at, code }) => {
        const w = words();
        const seen = on(h("button", { type: "button", class: "button plain" }, w.says_done), {
          click: () => dispatch({ type: "message_read", number }),
        });
        const text = worded(w.says, code, w.says_other);
        return h(
          "div",
          { class: "message", "data-message": code },
          h("strong", {}, text),
          h("span", {}, clock(at, w)),
          seen,
        );
      }),
    );
  }
}

function device(kind: string, paths: readonly string[], press: () => void) {
  const label = h("span");
  const strike = icon(STRUCK);
  strike.setAttribute("class", "icon strike");
  const root = on(
    h("button", { type: "button", class: `button device ${kind}` }, h("span", { class: "icons" }, icon(...paths), strike), label),
    { click: press },
  );
  return {
    root,
    update(isOn: boolean, disabled: boolean, on: string, off: string, short: { on: string; off: string }) {
      setAttribute(root, "aria-pressed", isOn ? "true" : "false");
      setAttribute(root, "aria-label", isOn ? on : off);
      setText(label, isOn ? short.on : short.off);
      root.disabled = disabled;
    },
  };
}
