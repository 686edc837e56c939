// The doctor's own camera and microphone.

import type { DeviceState, PageEvent } from "./state.ts";

const VIDEO: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 25 },
};
const AUDIO: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};
const REFUSED = new Set(["NotAllowedError", "SecurityError"]);
const ABSENT = new Set(["NotFoundError", "OverconstrainedError", "TypeError"]);

export class Devices {
  readonly #emit: (event: PageEvent) => void;
  readonly #changed: (devices: Devices) => void;
  camera: MediaStreamTrack | null = null;
  microphone: MediaStreamTrack | null = null;
  cameraState: DeviceState = "off";
  microphoneState: DeviceState = "off";
  #turn = 0; // what an older opening brings is stopped, not kept

  constructor(emit: (event: PageEvent) => void, changed: (devices: Devices) => void) {
    this.#emit = emit;
    this.#changed = changed;
  }

  /** Both at once (one question to the doctor); if that fails, each alone. */
  async open(): Promise<void> {
    const turn = ++this.#turn;
    this.#set({ camera: this.camera, cameraState: this.camera ? "on" : "asking" });
    this.#set({ microphone: this.microphone, microphoneState: this.microphone ? "on" : "asking" });
    if (this.camera && this.microphone) return;
    if (!this.camera && !this.microphone) {
      const both = await this.#ask({ video: VIDEO, audio: AUDIO }, turn);
      if (turn !== this.#turn) return;
      if (both instanceof MediaStream) {
        this.#take(both);
        return;
      }
    }
    const audio = this.microphone ? null : await this.#ask({ audio: AUDIO }, turn);
    const video = this.camera ? null : await this.#ask({ video: VIDEO }, turn);
    if (turn !== this.#turn) return;
    if (audio instanceof MediaStream) this.#take(audio);
    else if (audio) this.#set({ microphone: null, microphoneState: audio });
    if (video instanceof MediaStream) this.#take(video);
    else if (video) this.#set({ camera: null, cameraState: video });
  }

  close(): void {
    this.#turn += 1;
    this.camera?.stop();
    this.microphone?.stop();
    this.#set({ camera: null, microphone: null, cameraState: "off", microphoneState: "off" });
  }

  enable(camera: boolean, microphone: boolean): void {
    if (this.camera) this.camera.enabled = camera;
    if (this.microphone) this.microphone.enabled = microphone;
  }

  async #ask(constraints: MediaStreamConstraints, turn: number): Promise<MediaStream | DeviceState> {
    // Absent on a page that is not secure, whatever its types say.
    const media: MediaDevices | undefined = navigator.mediaDevices;
    if (!media) return "absent";
    try {
      const stream = await media.getUserMedia(constraints);
      if (turn === this.#turn) return stream;
      for (const track of stream.getTracks()) track.stop();
      return "off";
    } catch (error) {
      if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
      if (REFUSED.has(error.name)) return "refused";
      return ABSENT.has(error.name) ? "absent" : "lost";
    }
  }

  #take(stream: MediaStream): void {
    for (const track of stream.getTracks()) {
      const video = track.kind === "video";
      // A face and what it holds must stay sharp: 720p at once, rather than smooth.
      track.contentHint = video ? "detail" : "speech";
      track.addEventListener("ended", () => {
        if (track === this.camera) this.#set({ camera: null, cameraState: "lost" });
        if (track === this.microphone) this.#set({ microphone: null, microphoneState: "lost" });
      });
      if (video) this.#set({ camera: track, cameraState: "on" });
      else this.#set({ microphone: track, microphoneState: "on" });
    }
  }

  #set(
    change: Partial<Pick<Devices, "camera" | "microphone" | "cameraState" | "microphoneState">>,
  ): void {
    Object.assign(this, change);
    this.#changed(this);
    this.#emit({ type: "devices", camera: this.cameraState, microphone: this.microphoneState });
  }
}
