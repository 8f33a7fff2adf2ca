import { hkdfSync, randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { env } from "../env";

const minCharacters = 32;

/** In `data/`, the default folder of the embedded database. */
export const secretFile = (): string => join(process.cwd(), "data", "dashboard-secret");

/**
 * The secret in `file`, created at the first call. It is written to a draft and linked to its name, so that dashboards
 * which start at the same time share one complete secret. Mode 0600.
 */
export const keptSecret = (file: string): string => {
  const kept = readIfThere(file);
  if (kept !== null) return kept;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(8).toString("hex")}`;
  try {
    writeFileSync(draft, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx", flush: true });
    linkSync(draft, file);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(file, "utf8").trim();
};

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : null);

const readIfThere = (file: string): string | null => {
  try {
    const secret = readFileSync(file, "utf8").trim();
    if (secret.length < minCharacters) throw new Error(`${file} holds no secret: delete it`);
    return secret;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
};

// Next loads this module several times, so the value is kept on globalThis.
const ofProcessKey = Symbol.for("adjourn.dashboard.cookie-secret");
const ofProcess: typeof globalThis & { [ofProcessKey]?: string } = globalThis;

const keptOrRandom = (): string => {
  const file = secretFile();
  try {
    return keptSecret(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    console.warn(
      `The dashboard's secret can't be kept (${why}): everyone has to sign in again after a restart, unless ADJOURN_SECRET is set`,
    );
    return randomBytes(32).toString("base64url");
  }
};

/**
 * The secret that seals the sign-in cookies. It is not derived from a key: the owner of a cookie could then guess keys
 * offline. Dashboards with the same `ADJOURN_SECRET` share it; without one, those that share a folder do.
 */
export const cookieSecret = (): string => {
  ofProcess[ofProcessKey] ??= env().secret ?? keptOrRandom();
  const sealed = hkdfSync("sha256", ofProcess[ofProcessKey], "adjourn", "dashboard cookies", 32);
  return Buffer.from(sealed).toString("base64url");
};
