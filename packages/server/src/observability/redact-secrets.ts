import type { Settings } from "../settings.js";

export const censor = "[hidden]";

type Secrets = Pick<Settings, "adminKeys" | "serviceKeys" | "secret" | "databaseUrl" | "redisUrl">;

/** A session's token or a ticket begins so: the start of a JSON object in base64url. */
const tokenStart = /\beyJ[\w-]{8}/;
/** Words and the points between them. It matches wherever it is tried, so a line is read once. */
const runs = /[\w.-]+/g;

/** Takes signed tokens out of a run: three parts in a row, the first of which begins as one, the last perhaps empty. */
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

/** The last look at a line, for what came in a sentence of an error rather than in a field. */
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

/** Every spelling of a password that an address has, before the host or among the parameters. */
const passwordsOf = (url: string): readonly string[] => {
  if (!URL.canParse(url)) return [];
  const { password, search, searchParams } = new URL(url);
  const written = search
    .slice(1)
    .split("&")
    .filter((parameter) => isPassword(parameter.split("=")[0] ?? ""))
    .map((parameter) => parameter.slice(parameter.indexOf("=") + 1));
  const read = [...searchParams].filter(([name]) => isPassword(name)).map(([, value]) => value);
  // A short one would make the log unreadable without being hidden: it may be any word.
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
