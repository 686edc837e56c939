// The WebSocket to the service: opened again by itself, a little later each time.

import type { DoctorMessage } from "../shared/contracts.ts";
import { read } from "./incoming.ts";
import { currentSession } from "./session.ts";
import type { PageEvent } from "./state.ts";

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 5_000;
const JITTER = 0.3; // so that a restarted service is not met by everyone at once

export class Link {
  readonly #emit: (event: PageEvent) => void;
  #wanted = false;
  #socket: WebSocket | null = null;
  #timer: number | undefined;
  #failures = 0;

  constructor(emit: (event: PageEvent) => void) {
    this.#emit = emit;
    addEventListener("online", () => this.#retryNow());
  }

  open(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#failures = 0;
    this.#connect();
  }

  close(): void {
    this.#wanted = false;
    clearTimeout(this.#timer);
    this.#socket?.close();
    this.#socket = null;
  }

  /** Begins again with a new hello: something between us is missing. */
  reopen(): void {
    this.#socket?.close();
  }

  /** Dropped when there is no connection: what must arrive is said again after the next hello. */
  send(message: DoctorMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #connect(): void {
    const address = new URL("/api/doctor", location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.addEventListener("open", () => {
      if (this.#socket === socket) this.#emit({ type: "link_up" });
    });
    socket.addEventListener("message", ({ data }) => {
      if (this.#socket !== socket) return;
      this.#failures = 0;
      this.#emit({ type: "message", message: read(String(data)) });
    });
    socket.addEventListener("close", () => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.#emit({ type: "link_down" });
      this.#later();
    });
  }

  #later(): void {
    if (!this.#wanted) return;
    const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#failures);
    this.#failures += 1;
    const jitter = 1 + JITTER * (Math.random() - 0.5);
    this.#timer = setTimeout(() => void this.#retry(), delay * jitter);
  }

  /** A refused WebSocket does not say why: ask whether we are still signed in. */
  async #retry(): Promise<void> {
    const session = await currentSession();
    if (!this.#wanted || this.#socket !== null) return;
    if (session === "out") {
      this.#emit({ type: "session", result: "out" });
    } else if (session === "in") {
      this.#connect();
    } else {
      this.#later();
    }
  }

  #retryNow(): void {
    if (!this.#wanted || this.#socket !== null) return;
    clearTimeout(this.#timer);
    void this.#retry();
  }
}
