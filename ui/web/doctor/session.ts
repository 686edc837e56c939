// Who is signed in: a cookie the page cannot read. Never throws: a network that fails is a result.

import type { SessionResult } from "./state.ts";

const ADDRESS = "/api/session";
const PATIENCE_MS = 10_000;

export async function currentSession(): Promise<SessionResult> {
  const status = await request({ method: "GET" });
  if (status === null) return "unreachable";
  if (status === 401) return "out";
  return status === 200 ? "in" : "unreachable";
}

export async function signIn(login: string, password: string): Promise<SessionResult> {
  const status = await request({
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ login, password }),
  });
  if (status === 204) return "in";
  if (status === 401 || status === 422 || status === 400) return "wrong";
  return status === 429 ? "throttled" : "unreachable";
}

/** Whether the service has ended the session: until then the cookie opens it again. */
export async function signOut(): Promise<boolean> {
  return (await request({ method: "DELETE" })) === 204;
}

async function request(init: RequestInit): Promise<number | null> {
  try {
    const response = await fetch(ADDRESS, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) });
    return response.status;
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException) return null; // network, time
    throw error;
  }
}
