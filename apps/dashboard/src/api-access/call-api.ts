import { env } from "../env";

/** What the API allows with a key or without one. `unreachable`: no answer, or an unexpected status. */
export type Access = "admin" | "key-needed" | "not-admin" | "limited" | "unreachable";

const answerWithinMs = 5_000;

/** Calls a tRPC procedure of the API. Rejects if the API can't be reached. */
export const callApi = (
  path: string,
  init: RequestInit & { readonly key?: string | undefined },
): Promise<Response> => {
  const { key, headers: given, ...rest } = init;
  const headers = new Headers(given);
  if (key !== undefined) headers.set("authorization", `Bearer ${key}`);
  return fetch(`${env().apiUrl}/trpc/${path}`, { ...rest, headers, cache: "no-store", redirect: "error" });
};

/** Finds out what this key may do by listing endings, which only an admin may. */
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

/** Whether the API requires a key. If it does not answer, the last known result. */
export const keysInUse = async (): Promise<boolean> => {
  if (Date.now() < keys.until) return keys.areInUse;
  const access = await accessWith(undefined);
  if (access === "unreachable" || access === "limited") return keys.areInUse;
  keys.areInUse = access !== "admin";
  // A negative result is not cached, so that newly set keys take effect at once.
  keys.until = keys.areInUse ? Date.now() + rememberMs : 0;
  return keys.areInUse;
};
