import { logFailures } from "../async/log-failures.js";
import { runEvery } from "../async/run-every.js";
import { toIso } from "../model/session.js";
import type { Ports } from "../ports/index.js";
import { giveUpAfterMs } from "../webhooks/attempt-outcome.js";

const retentionEveryMs = 60_000;
/** Endings deleted in one transaction together with their messages. SQLite blocks other writes meanwhile. */
const endingBatch = 10;
/** Rows of any other kind deleted in one transaction. */
const rowBatch = 500;
/** How long a lapsed reply stays, so that the node that ran it can still store it after an outage of its store. */
const lapsedReplyLifeMs = 600_000;
const dayMs = 86_400_000;
/** How long a retry with an Idempotency-Key is recognised (contract §2). */
const idempotencyKeyLifeMs = dayMs;
/** How long webhook deliveries are kept (contract §12). */
const deliveryLifeMs = 7 * dayMs;

type Dependencies = Pick<Ports, "clock" | "store" | "log" | "webhookSender">;

/**
 * Deletes on a timer what is kept for a limited time: idempotency keys, lapsed replies, ended blocks, webhook deliveries and,
 * after `retentionDays`, endings with their histories. @returns a function that stops it
 */
export const startRetention = (ports: Dependencies, retentionDays: number | null): (() => void) => {
  const { log } = ports;
  // A failure of one must not prevent the others.
  const deletions = [
    logFailures(log, "The sweep of old idempotency keys failed", () => deleteOldKeys(ports)),
    logFailures(log, "The sweep of lapsed replies failed", () => deleteLapsedReplies(ports)),
    logFailures(log, "The sweep of ended blocks failed", () => deleteEndedBlocks(ports)),
    logFailures(log, "The sweep of webhook deliveries failed", () => deleteOldDeliveries(ports)),
    logFailures(log, "The sweep of old records failed", () => deleteOldEndings(ports, retentionDays)),
  ];
  return runEvery(ports, retentionEveryMs, async () => {
    for (const deleteOld of deletions) await deleteOld();
  });
};

const deleteOldKeys = async ({ store }: Dependencies): Promise<void> => {
  const cutoff = store.now() - idempotencyKeyLifeMs;
  while ((await store.deleteIdempotencyKeysBefore(cutoff, rowBatch)) === rowBatch);
};

const deleteLapsedReplies = async ({ store }: Dependencies): Promise<void> => {
  const cutoff = store.now() - lapsedReplyLifeMs;
  while ((await store.deleteRepliesBefore(cutoff, rowBatch)) === rowBatch);
};

const deleteEndedBlocks = async ({ store }: Dependencies): Promise<void> => {
  while ((await store.deleteEndedBlocks(rowBatch)) === rowBatch);
};

/** A delivery whose endpoint is not configured on any node any more is given up like one that failed. */
const deleteOldDeliveries = async ({ store, webhookSender }: Dependencies): Promise<void> => {
  const now = store.now();
  const error = "The endpoint is not configured any more";
  const attempt = { at: toIso(now), status: null, error, answer: null };
  await store.failOrphanedDeliveries(webhookSender?.endpoints ?? [], now - giveUpAfterMs, attempt);
  while ((await store.deleteDeliveriesBefore(now - deliveryLifeMs, rowBatch)) === rowBatch);
};

const deleteOldEndings = async ({ store }: Dependencies, retentionDays: number | null): Promise<void> => {
  if (retentionDays === null) return;
  const cutoff = store.now() - retentionDays * dayMs;
  while ((await store.deleteEndedBefore(cutoff, endingBatch)) === endingBatch);
};
