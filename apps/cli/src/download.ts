import { SessionError } from "@adjourn/client";
import type { Env } from "./env.js";

/** What REST answers to a refused request, in either of its dialects. */
interface Refused {
  readonly error?: unknown;
  readonly code?: unknown;
  readonly details?: unknown;
}

/**
 * The body of a file that only REST has.
 * @throws SessionError with the server's code; `NO_ANSWER` if the answer is no Adjourn server's
 */
export const createDownload =
  ({ url, key }: Env, signal: AbortSignal) =>
  async (path: string): Promise<ReadableStream<Uint8Array>> => {
    const headers: Record<string, string> = key === undefined ? {} : { Authorization: `Bearer ${key}` };
    const response = await fetch(`${url.replace(/\/$/, "")}${path}`, { headers, signal });
    if (response.ok && response.body) return response.body;
    const refused = fieldsOf(await response.json().catch(() => null));
    // The dialect `elizaos` has an object where the other has the message.
    const { code, details, message } = { ...refused, message: refused.error, ...fieldsOf(refused.error) };
    if (typeof code !== "string") throw new Error(`status ${response.status}`);
    // The server's codes are the client's.
    throw new SessionError(code as SessionError["code"], String(message), {
      details: { ...fieldsOf(details) },
    });
  };

const fieldsOf = (value: unknown): Refused & { readonly message?: unknown } =>
  typeof value === "object" && value !== null ? value : {};
