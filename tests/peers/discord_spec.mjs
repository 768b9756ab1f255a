// Judges bodies by Discord's published schema: a line of JSON for each, [name of the schema, body], and a line of JSON
// back, what is wrong with it. The schema lets unknown keys pass, and leaves them out of what it returns.
import { createInterface } from "node:readline";
import { isDeepStrictEqual } from "node:util";
import * as schemas from "discord-api-spec/zod";

for await (const line of createInterface({ input: process.stdin })) {
  const [name, body] = JSON.parse(line);
  const { success, data, error } = schemas[`${name}Schema`].safeParse(body);
  const wrong = success ? (isDeepStrictEqual(data, body) ? "" : "unknown keys") : error.message;
  console.log(JSON.stringify(wrong));
}
