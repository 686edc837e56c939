// Times and durations in words.

import type { Words } from "./words/index.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** "12 s ago". */
export function ago(age: number | null, w: Words): string {
  if (age === null) return "";
  if (age < SECOND) return w.ago.now;
  if (age < MINUTE) return w.ago.seconds(Math.floor(age / SECOND));
  if (age < HOUR) return w.ago.minutes(Math.floor(age / MINUTE));
  return w.ago.hours(Math.floor(age / HOUR), Math.floor((age % HOUR) / MINUTE));
}

/** "12 min": how long it has lasted. */
export function since(age: number | null, w: Words): string {
  if (age === null) return "";
  if (age < MINUTE) return w.since.seconds(Math.floor(age / SECOND));
  if (age < HOUR) return w.since.minutes(Math.floor(age / MINUTE));
  return w.since.hours(Math.floor(age / HOUR), Math.floor((age % HOUR) / MINUTE));
}

/** "14:05", or "14:05:33", where the doctor is. */
export function clock(instant: string, w: Words, seconds = false): string {
  const time = new Date(instant);
  if (Number.isNaN(time.getTime())) return instant;
  const options: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
  if (seconds) options.second = "2-digit";
  return time.toLocaleTimeString(w.locale, options);
}

/** "3 March 1941"; what is not a date is shown as it came. */
export function day(date: string, w: Words): string {
  const time = new Date(`${date}T12:00:00`);
  return Number.isNaN(time.getTime())
    ? date
    : time.toLocaleDateString(w.locale, { day: "numeric", month: "long", year: "numeric" });
}
