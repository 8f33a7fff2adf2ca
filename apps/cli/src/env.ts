export interface Env {
  /** The address of the API. */
  readonly url: string;
  /** An admin or service key, or a session token; undefined if the server requires none. */
  readonly key: string | undefined;
}

/** An invalid setting. The message is one line. */
export class SettingError extends Error {
  override readonly name = "SettingError";
}

/** @throws SettingError */
export const readEnv = (source: NodeJS.ProcessEnv = process.env): Env => {
  const url = source.ADJOURN_URL || "http://127.0.0.1:3000";
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new SettingError(
      `ADJOURN_URL is ${JSON.stringify(url.slice(0, 200))}; allowed: an http or https address`,
    );
  return { url, key: source.ADJOURN_KEY || undefined };
};
