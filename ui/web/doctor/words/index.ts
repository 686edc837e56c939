// The language of the page: the address says it (?lang=en), else the browser. Nothing is stored.

import type { Language } from "../../shared/contracts.ts";
import en from "./en.ts";
import fr from "./fr.ts";
import type { Words } from "./fr.ts";

export type { Words } from "./fr.ts";

const BY_LANGUAGE: Record<Language, Words> = { fr, en };
type Change = (words: Words) => void;
const changes: Change[] = [];
let language = preferred();

function preferred(): Language {
  const asked = new URLSearchParams(location.search).get("lang");
  const wanted = [asked, ...navigator.languages].map((tag) => tag?.slice(0, 2).toLowerCase());
  return wanted.find((tag): tag is Language => tag === "fr" || tag === "en") ?? "fr";
}

export function words(): Words {
  return BY_LANGUAGE[language];
}

/** Calls `change` now and each time the language changes. */
export function translated(change: Change): void {
  changes.push(change);
  change(words());
}

export function switchLanguage(): void {
  language = language === "fr" ? "en" : "fr";
  const address = new URL(location.href);
  address.searchParams.set("lang", language);
  history.replaceState(null, "", address);
  for (const change of changes) change(words());
}

export function currentLanguage(): Language {
  return language;
}

/** The word of a code that the service gives as free text, or a sentence that shows the code. */
export function worded(
  table: Readonly<Record<string, string>>,
  code: string,
  other: (code: string) => string,
): string {
  return Object.hasOwn(table, code) ? (table[code] ?? other(code)) : other(code);
}
