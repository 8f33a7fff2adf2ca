import type { JsonObject } from "@adjourn/sessions";
import { isRecord } from "../json.js";
import { describeGiven, field, type Refuse } from "./field.js";
import { type EnvLookup, readVariable } from "./read-variable.js";

const maxHeaders = 50;
const maxHeaderCharacters = 8_192;
const maxParametersCharacters = 16_384;

/** Headers that the HTTP client sets. */
const reservedHeaders: readonly string[] = [
  "connection",
  "content-length",
  "content-type",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

const allowedHeaders = `an object of at most ${maxHeaders} headers, each with text or {"env": "<name>"}`;
const allowedHeader = `1 to ${maxHeaderCharacters} printable ASCII characters`;

/** Names in lower case. A value is given literally or, if it is secret, by the name of an environment variable. */
export const modelHeaders = (env: EnvLookup) =>
  field((given, refuse) => {
    if (!isRecord(given) || Object.keys(given).length > maxHeaders)
      return refuse(`is no such object; allowed: ${allowedHeaders}`);
    const headers = new Map<string, string>();
    for (const [name, value] of Object.entries(given)) {
      const lowerCase = name.toLowerCase();
      if (!/^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(lowerCase) || reservedHeaders.includes(lowerCase))
        return refuse(`has a name that ${describeGiven(name)}; allowed: names of headers that we don't set`);
      if (headers.has(lowerCase)) return refuse(`has ${lowerCase} twice; allowed: each header once`);
      const read = readHeaderValue(value, (problem) => refuse(`has a ${lowerCase} that ${problem}`), env);
      if (read === undefined) return undefined;
      headers.set(lowerCase, read);
    }
    return Object.fromEntries(headers);
  });

/** An error never repeats a value, because it may be a secret that belongs in the environment. */
const readHeaderValue = (value: unknown, refuse: Refuse, env: EnvLookup): string | undefined => {
  const read = (text: string) => (isHeaderValue(text) ? text : null);
  if (typeof value === "string") return read(value) ?? refuse(`can't be sent; allowed: ${allowedHeader}`);
  return isRecord(value) && Object.keys(value).join() === "env"
    ? readVariable(value.env, refuse, { env, allowed: `a variable that holds ${allowedHeader}`, read })
    : refuse('has another form; allowed: text or {"env": "<name>"}');
};

const isHeaderValue = (text: string): boolean =>
  text.length <= maxHeaderCharacters && /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text);

/** Parameters that every request sets. */
const reservedParameters: readonly string[] = ["model", "messages", "stream", "__proto__"];

const allowedParameters = `an object of at most ${maxParametersCharacters} characters as JSON`;

/** Sent unchanged, because every server has its own. */
export const modelParameters = field((given, refuse): JsonObject | undefined => {
  if (!isRecord(given)) return refuse(`${describeGiven(given)}; allowed: ${allowedParameters}`);
  const reserved = reservedParameters.find((name) => Object.hasOwn(given, name));
  if (reserved !== undefined)
    return refuse(`has ${reserved}; allowed: anything but model, messages and stream`);
  return JSON.stringify(given).length <= maxParametersCharacters
    ? given
    : refuse(`is longer than that; allowed: ${allowedParameters}`);
});
