// One call at a time. The page offers and trickles; the booth answers. Lines of the offer: the
// patient's camera, the instrument's picture, sound; nothing is negotiated again in mid-call.

import type { DoctorMessage } from "../shared/contracts.ts";
import type { Devices } from "./devices.ts";
import type { CallStep, PageEvent } from "./state.ts";

const STATISTICS_MS = 500;

interface Ports {
  send(message: DoctorMessage): void;
  emit(event: PageEvent): void;
  devices: Devices;
  patient: HTMLVideoElement;
  instrument: HTMLVideoElement;
}

interface Lines {
  patient: RTCRtpTransceiver;
  instrument: RTCRtpTransceiver;
  sound: RTCRtpTransceiver;
}

interface Current {
  consultation: string;
  generation: number;
  connection: RTCPeerConnection;
  lines: Lines;
  timer: number;
}

const STEPS: Partial<Record<RTCPeerConnectionState, CallStep>> = {
  connected: "connected",
  disconnected: "interrupted",
  failed: "failed",
};

export class CallEngine {
  readonly #ports: Ports;
  #current: Current | null = null;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** A new peer connection for this generation; an older one is closed. */
  async start(consultation: string, generation: number): Promise<void> {
    this.close();
    const connection = new RTCPeerConnection();
    const lines = this.#addLines(connection);
    const timer = setInterval(() => void this.#count(generation), STATISTICS_MS);
    this.#current = { consultation, generation, connection, lines, timer };
    this.#ports.emit({
      type: "call_lines",
      generation,
      sends: {
        camera: lines.patient.direction === "sendrecv",
        microphone: lines.sound.direction === "sendrecv",
      },
    });
    this.#listen(this.#current);
    this.#play(this.#current);
    await this.#orFail(generation, async () => {
      await connection.setLocalDescription();
      const sdp = connection.localDescription?.sdp;
      if (sdp === undefined || this.#current?.generation !== generation) return;
      this.#ports.send({ type: "offer", consultation, generation, sdp });
      this.#ports.emit({ type: "call_step", generation, step: "offered" });
    });
  }

  async takeAnswer(generation: number, sdp: string): Promise<void> {
    const current = this.#current;
    if (current?.generation !== generation) return;
    await this.#orFail(generation, async () => {
      await current.connection.setRemoteDescription({ type: "answer", sdp });
      if (current.connection.connectionState !== "connected") {
        this.#ports.emit({ type: "call_step", generation, step: "answered" });
      }
    });
  }

  /** Camera or microphone came or went: sent on the same lines. */
  async useDevices(): Promise<void> {
    const current = this.#current;
    if (current === null) return;
    const { camera, microphone } = this.#ports.devices;
    await this.#orFail(current.generation, async () => {
      await current.lines.patient.sender.replaceTrack(camera);
      await current.lines.sound.sender.replaceTrack(microphone);
    });
  }

  /** After a press of the doctor, which browsers ask for before they let sound out. */
  startSound(): void {
    this.#ports.patient.muted = false;
    if (this.#current) this.#play(this.#current);
  }

  close(): void {
    const current = this.#current;
    if (current === null) return;
    this.#current = null;
    clearInterval(current.timer);
    current.connection.close();
    this.#ports.patient.srcObject = null;
    this.#ports.instrument.srcObject = null;
  }

  #addLines(connection: RTCPeerConnection): Lines {
    const { camera, microphone, cameraState, microphoneState } = this.#ports.devices;
    // What the browser is still asking for may come: its line stays open for it.
    const sends = (track: MediaStreamTrack | null, asking: boolean) =>
      track || asking ? "sendrecv" : "recvonly";
    const line = (track: MediaStreamTrack | null, kind: string, asking: boolean) =>
      connection.addTransceiver(track ?? kind, { direction: sends(track, asking) });
    return {
      patient: line(camera, "video", cameraState === "asking"),
      instrument: connection.addTransceiver("video", { direction: "recvonly" }),
      sound: line(microphone, "audio", microphoneState === "asking"),
    };
  }

  #listen({ consultation, generation, connection, lines }: Current): void {
    const { send, emit, patient, instrument } = this.#ports;
    patient.srcObject = new MediaStream([lines.patient.receiver.track, lines.sound.receiver.track]);
    instrument.srcObject = new MediaStream([lines.instrument.receiver.track]);
    connection.addEventListener("icecandidate", ({ candidate }) => {
      if (!candidate || candidate.candidate === "" || this.#isOld(generation)) return;
      send({
        type: "candidate",
        consultation,
        generation,
        candidate: candidate.candidate,
        mid: candidate.sdpMid,
        line: candidate.sdpMLineIndex,
      });
    });
    connection.addEventListener("connectionstatechange", () => {
      const step = STEPS[connection.connectionState];
      if (step && !this.#isOld(generation)) emit({ type: "call_step", generation, step });
    });
    for (const [name, on] of [["mute", false], ["unmute", true]] as const) {
      lines.instrument.receiver.track.addEventListener(name, () => {
        emit({ type: "instrument_picture", generation, on });
      });
    }
    patient.requestVideoFrameCallback(() => {
      if (!this.#isOld(generation)) emit({ type: "call_frames", generation, frames: 1 });
    });
  }

  #play({ generation }: Current): void {
    const { emit, patient, instrument } = this.#ports;
    const say = (blocked: boolean) => emit({ type: "sound_blocked", generation, blocked });
    const played = (error: unknown) => {
      if (!(error instanceof DOMException)) throw error;
      if (error.name !== "NotAllowedError") return; // AbortError: replaced by a newer call
      say(true);
      patient.muted = true; // a picture without sound is allowed; the doctor presses for sound
      patient.play().catch(ignoreAbort);
    };
    patient.play().then(() => say(patient.muted), played);
    instrument.play().catch(ignoreAbort);
  }

  async #count(generation: number): Promise<void> {
    const current = this.#current;
    if (current?.generation !== generation) return;
    const report = await current.connection.getStats(current.lines.patient.receiver.track);
    for (const entry of report.values() as Iterable<{ type: string; framesDecoded?: number }>) {
      if (entry.type === "inbound-rtp" && entry.framesDecoded !== undefined) {
        this.#ports.emit({ type: "call_frames", generation, frames: entry.framesDecoded });
      }
    }
  }

  /** What the browser refuses (a broken answer, no WebRTC) is said as a failed call. */
  async #orFail(generation: number, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
      if (this.#isOld(generation)) return;
      this.#ports.emit({ type: "call_step", generation, step: "failed" });
    }
  }

  #isOld(generation: number): boolean {
    return this.#current?.generation !== generation;
  }
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof DOMException)) throw error;
}
