import { cache } from "react";
import { adminKey } from "../auth/admin-cookie";
import type { Ending } from "../lists/records";
import { callApi } from "./call-api";

const answerWithinMs = 2_000;

/**
 * The ending of a session, for the first answer of its page; called once a request. Null while it lives, and where the API
 * does not say, which the page then finds out.
 */
export const readEnding = cache(async (sessionId: string): Promise<Ending | null> => {
  try {
    const input = encodeURIComponent(JSON.stringify({ sessionId }));
    const signal = AbortSignal.timeout(answerWithinMs);
    const answer = await callApi(`getEnding?input=${input}`, { key: await adminKey(), signal });
    if (answer.status !== 200) return null;
    // The API's procedure `getEnding` has this output schema.
    const { result } = (await answer.json()) as { readonly result: { readonly data: Ending } };
    return result.data;
  } catch {
    return null;
  }
});
