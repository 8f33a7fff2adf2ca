import type { Settings } from "../settings.js";

export const censor = "[hidden]";

type Secrets = Pick<Settings, "adminKeys" | "serviceKeys" | "secret" | "databaseUrl" | "redisUrl">;

/** The first characters of a session's token or a ticket: the start of a JSON object in base64url. */
const tokenStart = /\beyJ[\w-]{8}/;
/** A run of words and dots. It matches at every position, so a line is scanned once. */
const runs = /[\w.-]+/g;

/** Redacts signed tokens in a run: three consecutive parts, the first with a token's start, the last possibly empty. */
const hideTokens = (run: string): string => {
  const parts = run.split(".");
  const shown: string[] = [];
  for (let i = 0; i < parts.length; ) {
    const part = parts[i] ?? "";
    const start = parts[i + 1] && i + 2 < parts.length ? part.search(tokenStart) : -1;
    shown.push(start < 0 ? part : part.slice(0, start) + censor);
    i += start < 0 ? 1 : 3;
  }
  return shown.join(".");
};

/** The last step for a line: redacts secrets in free text, such as the message of an error. */
export const hideSecrets = ({ adminKeys, serviceKeys, secret, databaseUrl, redisUrl }: Secrets) => {
  const known = [
    ...[...adminKeys, ...serviceKeys].map(({ key }) => key),
    secret ?? "",
    ...passwordsOf(databaseUrl),
    ...passwordsOf(redisUrl ?? ""),
  ].flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]);
  const hidden = [...new Set(known)].filter((text) => text !== "");
  return (line: string): string =>
    hidden.reduce((text, one) => text.replaceAll(one, censor), line.replace(runs, hideTokens));
};

/** Every spelling of a URL's password, before the host or in the query. */
const passwordsOf = (url: string): readonly string[] => {
  if (!URL.canParse(url)) return [];
  const { password, search, searchParams } = new URL(url);
  const written = search
    .slice(1)
    .split("&")
    .filter((parameter) => isPassword(parameter.split("=")[0] ?? ""))
    .map((parameter) => parameter.slice(parameter.indexOf("=") + 1));
  const read = [...searchParams].filter(([name]) => isPassword(name)).map(([, value]) => value);
  // A short password could be any word; redacting it would make the log unreadable.
  return [password, decode(password), ...written, ...read].filter((text) => text.length >= 8);
};

const isPassword = (name: string): boolean => /pass|secret|token/i.test(name);

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
