// JSON Schema on standard input -> TypeScript types on standard output.
import { text } from "node:stream/consumers";
import { compile } from "json-schema-to-typescript";

const schema = JSON.parse(await text(process.stdin));
process.stdout.write(
  await compile(schema, schema.title, {
    additionalProperties: false,
    bannerComment: "",
    ignoreMinAndMaxItems: true,
    unreachableDefinitions: true,
    format: true,
  }),
);
