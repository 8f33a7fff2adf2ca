import { env } from "../env";

/** How the API takes a key, or the lack of one. `unreachable`: it did not answer, or is not well. */
export type Access = "admin" | "key-needed" | "not-admin" | "limited" | "unreachable";

const answerWithinMs = 5_000;

/** Calls the API's tRPC door; rejects where it can't be reached. */
export const callApi = (
  path: string,
  init: RequestInit & { readonly key?: string | undefined },
): Promise<Response> => {
  const { key, headers: given, ...rest } = init;
  const headers = new Headers(given);
  if (key !== undefined) headers.set("authorization", `Bearer ${key}`);
  return fetch(`${env().apiUrl}/trpc/${path}`, { ...rest, headers, cache: "no-store", redirect: "error" });
};

/** What this key may do, asked of the API itself: only an admin may list endings. */
export const accessWith = async (key: string | undefined): Promise<Access> => {
  try {
    const input = encodeURIComponent(JSON.stringify({ limit: 1 }));
    const signal = AbortSignal.timeout(answerWithinMs);
    const { status } = await callApi(`listEndings?input=${input}`, { key, signal });
    if (status === 200) return "admin";
    if (status === 401) return "key-needed";
    if (status === 403) return "not-admin";
    return status === 429 ? "limited" : "unreachable";
  } catch {
    return "unreachable";
  }
};

const keys = { areInUse: false, until: 0 };
const rememberMs = 10_000;

/** Whether the API asks for a key; while it does not answer, what it did last. */
export const keysInUse = async (): Promise<boolean> => {
  if (Date.now() < keys.until) return keys.areInUse;
  const access = await accessWith(undefined);
  if (access === "unreachable" || access === "limited") return keys.areInUse;
  keys.areInUse = access !== "admin";
  // That none are in use is asked anew each time: whoever sets some wants them to hold at once.
  keys.until = keys.areInUse ? Date.now() + rememberMs : 0;
  return keys.areInUse;
};
