import { runEvery } from "../async/run-every.js";
import { runInBackground } from "../async/run-in-background.js";
import { toIso, toSessionInfo } from "../model/session.js";
import type { Ports } from "../ports/index.js";
import type { Hub } from "../realtime/hub.js";
import { giveUpAfterMs } from "../webhooks/attempt-outcome.js";

/** Four sweeps per second keep an expiry within the second that the contract allows (E8). */
const sweepEveryMs = 250;
const batchSize = 100;
const retentionEveryMs = 60_000;
/** Endings deleted in one transaction together with their messages. SQLite blocks other writes meanwhile. */
const retentionBatch = 10;
const keyBatch = 500;
/** How long a lapsed reply stays, so that the node that ran it can still store it after an outage of its store. */
const lapsedReplyLifeMs = 600_000;
const dayMs = 86_400_000;
/** How long a retry with an Idempotency-Key is recognised (contract §2). */
const idempotencyKeyLifeMs = dayMs;
/** How long webhook deliveries are kept (contract §12). */
const deliveryLifeMs = 7 * dayMs;

export interface Sweeper {
  /** Ends the sessions that have expired and warns those whose warning is due. Rejects on failure. */
  sweep(): Promise<void>;
  /** Starts a sweep in the background; one runs at a time. */
  sweepSoon(): void;
  stop(): void;
}

type Dependencies = Pick<Ports, "clock" | "store" | "log" | "webhookSender" | "tracer">;

/** Ends expired sessions and warns expiring ones on a timer, independent of requests. */
export const startSweeper = (ports: Dependencies, hub: Hub, retentionDays: number | null): Sweeper => {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const begin = (): Promise<void> => {
    next = null;
    running ??= sweepOnce(ports, hub).finally(() => {
      running = null;
    });
    return running;
  };
  // A running sweep may have read too early, so another one follows it.
  const sweep = (): Promise<void> => {
    if (!running) return begin();
    next ??= running.then(begin, begin);
    return next;
  };
  const { log } = ports;
  const sweepAlone = logging(log, "The sweep of expired sessions failed", sweep);
  const deleteKeys = logging(log, "The sweep of old idempotency keys failed", () => deleteOldKeys(ports));
  const deleteLapsed = logging(log, "The sweep of lapsed replies failed", () => deleteLapsedReplies(ports));
  const deleteBlocks = logging(log, "The sweep of ended blocks failed", () => deleteEndedBlocks(ports));
  const deleteDeliveries = logging(log, "The sweep of webhook deliveries failed", () =>
    deleteOldDeliveries(ports),
  );
  const deleteEnded = logging(log, "The sweep of old records failed", () =>
    deleteOldEndings(ports, retentionDays),
  );
  // A failure of one must not prevent the other.
  const deleteAlone = async (): Promise<void> => {
    await deleteKeys();
    await deleteLapsed();
    await deleteBlocks();
    await deleteDeliveries();
    await deleteEnded();
  };
  const stopSweeping = runEvery(ports, sweepEveryMs, sweepAlone);
  const stopDeleting = runEvery(ports, retentionEveryMs, deleteAlone);
  return {
    sweep,
    sweepSoon: () => runInBackground(log, "The sweep of expired sessions failed", sweepAlone()),
    stop: () => {
      stopSweeping();
      stopDeleting();
    },
  };
};

const sweepOnce = async (ports: Dependencies, hub: Hub): Promise<void> => {
  if (!(await ports.store.hasDue())) return;
  const sweepDue = () => endAndWarn(ports, hub);
  await (ports.tracer ? ports.tracer.span("expireSessions", null, sweepDue) : sweepDue());
};

const endAndWarn = async ({ store }: Dependencies, hub: Hub): Promise<void> => {
  for (let full = true; full; ) {
    const endings = await store.expireSessions(batchSize);
    for (const ending of endings) hub.end(ending);
    full = endings.length === batchSize;
  }
  for (let full = true; full; ) {
    const sessions = await store.claimWarnings(batchSize);
    for (const session of sessions)
      hub.publishState(session.sessionId, {
        type: "session.expiring",
        session: toSessionInfo(session, store.now()),
      });
    full = sessions.length === batchSize;
  }
};

const deleteOldKeys = async ({ store }: Dependencies): Promise<void> => {
  const cutoff = store.now() - idempotencyKeyLifeMs;
  while ((await store.deleteIdempotencyKeysBefore(cutoff, keyBatch)) === keyBatch);
};

const deleteLapsedReplies = async ({ store }: Dependencies): Promise<void> => {
  const cutoff = store.now() - lapsedReplyLifeMs;
  while ((await store.deleteRepliesBefore(cutoff, keyBatch)) === keyBatch);
};

const deleteEndedBlocks = async ({ store }: Dependencies): Promise<void> => {
  while ((await store.deleteEndedBlocks(keyBatch)) === keyBatch);
};

/** A delivery whose endpoint is not configured on any node any more is given up like one that failed. */
const deleteOldDeliveries = async ({ store, webhookSender }: Dependencies): Promise<void> => {
  const now = store.now();
  const error = "The endpoint is not configured any more";
  const attempt = { at: toIso(now), status: null, error, answer: null };
  await store.failOrphanedDeliveries(webhookSender?.endpoints ?? [], now - giveUpAfterMs, attempt);
  while ((await store.deleteDeliveriesBefore(now - deliveryLifeMs, keyBatch)) === keyBatch);
};

const deleteOldEndings = async ({ store }: Dependencies, retentionDays: number | null): Promise<void> => {
  if (retentionDays === null) return;
  const cutoff = store.now() - retentionDays * dayMs;
  while ((await store.deleteEndedBefore(cutoff, retentionBatch)) === retentionBatch);
};

/** Wraps `work` so that a failure is logged instead of thrown, once until it succeeds again. */
const logging = (log: Ports["log"], failure: string, work: () => Promise<void>): (() => Promise<void>) => {
  let isFailing = false;
  return async () => {
    try {
      await work();
      isFailing = false;
    } catch (cause) {
      if (!isFailing) log.error(failure, { cause: String(cause) });
      isFailing = true;
    }
  };
};
