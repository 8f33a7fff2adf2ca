import type { DeliveryStatus } from "../model/webhook.js";
import type { ClaimedDelivery, SendResult } from "../ports/index.js";

const hourMs = 3_600_000;
/** The waits after the first failures; every further one is an hour. */
const retryDelaysMs = [5_000, 30_000, 120_000, 600_000] as const;
/** How long a delivery is tried after its event. */
export const giveUpAfterMs = 24 * hourMs;
/** A wait is longer by up to this part, so that deliveries that failed together do not return together. */
const jitter = 0.1;

export const isDelivered = ({ status }: SendResult): boolean =>
  status !== null && status >= 200 && status < 300;

/** The endpoint wants no more deliveries. */
export const isEndpointGone = ({ status }: SendResult): boolean => status === 410;

export interface AttemptOutcome {
  readonly status: DeliveryStatus;
  /** In ms; null unless the delivery stays pending. */
  readonly nextAttemptAt: number | null;
}

/** What becomes of a delivery after an attempt at `now`. `random` is from 0 to 1. */
export const attemptOutcome = (
  { attempts, createdAt, statusBefore }: Pick<ClaimedDelivery, "attempts" | "createdAt" | "statusBefore">,
  result: SendResult,
  now: number,
  random: number,
): AttemptOutcome => {
  if (isDelivered(result)) return { status: "delivered", nextAttemptAt: null };
  // A delivery that arrived once stays delivered, and one that was given up gets the one attempt that was asked for.
  if (statusBefore === "delivered" || statusBefore === "failed")
    return { status: statusBefore, nextAttemptAt: null };
  const delayMs = (retryDelaysMs[attempts.length] ?? hourMs) * (1 + jitter * random);
  const nextAttemptAt = Math.round(now + delayMs);
  if (result.isRefused || isEndpointGone(result) || nextAttemptAt > createdAt + giveUpAfterMs)
    return { status: "failed", nextAttemptAt: null };
  return { status: "pending", nextAttemptAt };
};
