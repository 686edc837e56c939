// Puts the page together: events in, state forward, effects out, one drawing a frame.

import { CallEngine } from "./call.ts";
import { Devices } from "./devices.ts";
import { Link } from "./link.ts";
import { currentSession, signIn, signOut } from "./session.ts";
import { advance, initial, type Effect, type PageEvent, type State } from "./state.ts";
import { pageView } from "./view/frame.ts";
import { translated } from "./words/index.ts";

const TICK_MS = 500;
const SESSION_RETRY_MS = 2_000;

let state: State = initial(Date.now());
let drawing = false;

const view = pageView(dispatch, () => call.startSound());
const link = new Link(dispatch);
const devices = new Devices(dispatch, ({ camera }) => {
  const { self } = view.videos;
  self.srcObject = camera && new MediaStream([camera]);
  if (camera) self.play().catch(() => undefined); // muted: only a newer source interrupts it
  devices?.enable(state.cameraOn, state.microphoneOn);
  void call?.useDevices();
});
const call: CallEngine = new CallEngine({
  send: (message) => link.send(message),
  emit: dispatch,
  devices,
  patient: view.videos.patient,
  instrument: view.videos.instrument,
});

function dispatch(event: PageEvent): void {
  const [next, effects] = advance(state, event, Date.now());
  state = next;
  for (const effect of effects) carryOut(effect);
  devices.enable(state.cameraOn, state.microphoneOn);
  view.videos.patient.volume = state.volume / 100;
  drawSoon();
}

function carryOut(effect: Effect): void {
  switch (effect.type) {
    case "send":
      link.send(effect.message);
      break;
    case "post_session":
      void signIn(effect.login, effect.password).then((result) => dispatch({ type: "session", result }));
      break;
    case "delete_session":
      void signOut().then((done) => done || dispatch({ type: "sign_out_failed" }));
      break;
    case "open_link":
      link.open();
      break;
    case "close_link":
      link.close();
      break;
    case "reopen_link":
      link.reopen();
      break;
    case "open_devices":
      void devices.open();
      break;
    case "close_devices":
      devices.close();
      break;
    case "start_call":
      void call.start(effect.consultation, effect.generation);
      break;
    case "take_answer":
      void call.takeAnswer(effect.generation, effect.sdp);
      break;
    case "close_call":
      call.close();
      break;
  }
}

function drawSoon(): void {
  if (drawing) return;
  drawing = true;
  const draw = () => {
    drawing = false;
    view.update(state);
  };
  if (document.hidden) setTimeout(draw, TICK_MS); // a hidden page has no frames, its title must go on
  else requestAnimationFrame(draw);
}

async function begin(): Promise<void> {
  const result = await currentSession();
  dispatch({ type: "session", result });
  if (result === "unreachable") setTimeout(() => void begin(), SESSION_RETRY_MS);
}

translated(drawSoon);
setInterval(() => dispatch({ type: "tick" }), TICK_MS);
void begin();
