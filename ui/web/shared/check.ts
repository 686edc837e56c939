// Whether a value received is what contracts/ says. The part of JSON Schema that msgspec writes;
// a keyword this does not know is an error, not a pass.

import { SCHEMAS } from "./contracts.ts";

type Json = Readonly<Record<string, unknown>>;

const ANNOTATIONS = new Set(["title", "description", "default", "discriminator", "required"]);
const DECIMAL = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/; // not NaN, not Infinity: those are no values
const DEFINITIONS: Readonly<Record<string, Json>> = SCHEMAS;

/** Null when `value` is a `name` of contracts/, else where and why it is not. */
export function problemWith(name: keyof typeof SCHEMAS, value: unknown): string | null {
  return check(SCHEMAS[name], value, name);
}

function check(schema: Json, value: unknown, path: string): string | null {
  for (const [keyword, wanted] of Object.entries(schema)) {
    const problem = ANNOTATIONS.has(keyword) ? null : keywordProblem(schema, keyword, wanted, value, path);
    if (problem !== null) return problem;
  }
  return null;
}

function keywordProblem(
  schema: Json,
  keyword: string,
  wanted: unknown,
  value: unknown,
  path: string,
): string | null {
  switch (keyword) {
    case "$ref": {
      const target = DEFINITIONS[String(wanted).replace("#/$defs/", "")];
      return target ? check(target, value, path) : `${path}: unknown ${String(wanted)}`;
    }
    case "type":
      return isType(String(wanted), value) ? null : `${path}: not ${String(wanted)}`;
    case "enum":
      return (wanted as readonly unknown[]).includes(value) ? null : `${path}: not one of its words`;
    case "format":
      return wanted !== "decimal" || DECIMAL.test(String(value)) ? null : `${path}: not a decimal`;
    case "anyOf":
      return anyOfProblem(schema, wanted as readonly Json[], value, path);
    case "items":
      if (!Array.isArray(value)) return null;
      return first(value.entries(), ([index, item]) => check(wanted as Json, item, `${path}[${index}]`));
    case "properties":
      return isObject(value) ? propertiesProblem(schema, wanted as Json, value, path) : null;
    default:
      return `${path}: schema says ${keyword}, which this page does not check`;
  }
}

function propertiesProblem(schema: Json, properties: Json, value: Json, path: string): string | null {
  const required = (schema["required"] ?? []) as readonly string[];
  return first(Object.entries(properties), ([key, inner]) => {
    if (key in value) return check(inner as Json, value[key], `${path}.${key}`);
    return required.includes(key) ? `${path}.${key}: missing` : null;
  });
}

function anyOfProblem(schema: Json, options: readonly Json[], value: unknown, path: string): string | null {
  const discriminator = schema["discriminator"] as
    | { propertyName: string; mapping: Readonly<Record<string, string>> }
    | undefined;
  if (discriminator) {
    const tag = isObject(value) ? value[discriminator.propertyName] : undefined;
    const target = typeof tag === "string" ? discriminator.mapping[tag] : undefined;
    return target ? check({ $ref: target }, value, path) : `${path}: unknown kind`;
  }
  return options.some((option) => check(option, value, path) === null) ? null : `${path}: fits nothing`;
}

function isType(type: string, value: unknown): boolean {
  switch (type) {
    case "object":
      return isObject(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "number":
      return typeof value === "number";
    case "null":
      return value === null;
    default:
      return typeof value === type;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function first<T>(items: Iterable<T>, problem: (item: T) => string | null): string | null {
  for (const item of items) {
    const found = problem(item);
    if (found !== null) return found;
  }
  return null;
}
