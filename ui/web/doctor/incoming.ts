// Text from the service -> a message the page can trust, or what could not be read of it.

import { problemWith } from "../shared/check.ts";
import type { Fact, Facts, ToDoctor } from "../shared/contracts.ts";

/** A fact whose kind or content this page does not know: shown as such, never dropped. */
export interface UnreadableBody {
  type: "unreadable";
  kind: string;
}

export interface ReadFact {
  number: number;
  at: string;
  body: Fact["body"] | UnreadableBody;
}

export interface ReadFacts {
  type: "facts";
  consultation: string;
  facts: readonly ReadFact[];
}

export interface Unreadable {
  type: "unreadable";
  kind: string;
}

export type Incoming = Exclude<ToDoctor, Facts> | ReadFacts | Unreadable;

/** Never throws: what cannot be read is `unreadable`, with the kind it claimed to be. */
export function read(text: string): Incoming {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return { type: "unreadable", kind: "" };
    throw error;
  }
  if (isRecord(value) && value["type"] === "facts") return readFacts(value);
  if (problemWith("ToDoctor", value) !== null) return { type: "unreadable", kind: kindOf(value) };
  return value as Exclude<ToDoctor, Facts>;
}

function readFacts(value: Record<string, unknown>): ReadFacts | Unreadable {
  const { consultation, facts } = value;
  const unreadable: Unreadable = { type: "unreadable", kind: "facts" };
  if (typeof consultation !== "string" || !Array.isArray(facts)) return unreadable;
  const readable = facts.map(readFact);
  return readable.includes(null)
    ? unreadable
    : { type: "facts", consultation, facts: readable.filter((fact) => fact !== null) };
}

/** Null when not even its number can be read: nothing that follows would be in order. */
function readFact(value: unknown): ReadFact | null {
  if (problemWith("Fact", value) === null) return value as Fact;
  if (!isRecord(value)) return null;
  const { number, at, body } = value;
  if (!Number.isInteger(number) || typeof at !== "string") return null;
  return { number: number as number, at, body: { type: "unreadable", kind: kindOf(body) } };
}

function kindOf(value: unknown): string {
  const kind = isRecord(value) ? value["type"] : undefined;
  return typeof kind === "string" ? kind : "";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
