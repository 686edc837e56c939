import assert from "node:assert/strict";
import { test } from "node:test";
import en from "../../../ui/web/doctor/words/en.ts";
import fr from "../../../ui/web/doctor/words/fr.ts";

type Table = Readonly<Record<string, unknown>>;
const isTable = (value: unknown): value is Table => typeof value === "object" && value !== null;

/** "call.in_call" and so on. The type checks most of it; tables of free codes only this. */
function paths(table: Table, above = ""): string[] {
  return Object.entries(table).flatMap(([key, value]) =>
    isTable(value) ? paths(value, `${above}${key}.`) : [`${above}${key}`],
  );
}

function at(table: Table, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, key) => (inner as Table)[key], table);
}

test("both languages have the same words", () => {
  assert.deepEqual(paths(fr).sort(), paths(en).sort());
});

test("no word is empty in one language only, and none is left in the other's", () => {
  const same: string[] = [];
  for (const path of paths(fr)) {
    const [inFrench, inEnglish] = [at(fr, path), at(en, path)];
    assert.equal(typeof inFrench, typeof inEnglish, path);
    if (typeof inFrench !== "string") continue;
    assert.equal(inFrench === "", inEnglish === "", path);
    if (inFrench !== "" && inFrench === inEnglish) same.push(path);
  }
  // What really is the same word in both.
  assert.deepEqual(same, ["product", "quantity.spo2", "incidents.instrument_absent", "reasons.digestion"]);
});
