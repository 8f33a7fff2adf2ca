import { runEvery } from "../async/run-every.js";
import { runInBackground } from "../async/run-in-background.js";
import { toSessionInfo } from "../model/session.js";
import type { Ports } from "../ports/index.js";
import type { Hub } from "../realtime/hub.js";

/** Four looks a second keep an expiry within the second that the contract allows (E8). */
const sweepEveryMs = 250;
const batchSize = 100;
const retentionEveryMs = 60_000;
/** Endings that go in one transaction, with all that was said before them: SQLite lets nothing else in meanwhile. */
const retentionBatch = 10;
const keyBatch = 500;
const dayMs = 86_400_000;
/** How long a retry with an Idempotency-Key is recognised (contract §2). */
const idempotencyKeyLifeMs = dayMs;

export interface Sweeper {
  /** Ends and warns what is due now; a failure is the caller's. */
  sweep(): Promise<void>;
  /** The same without waiting for it; one at a time. */
  sweepSoon(): void;
  stop(): void;
}

type Dependencies = Pick<Ports, "clock" | "store" | "log">;

/** Ends sessions whose time has run out and warns those whose time runs out; needs no request to happen. */
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
  // One that is running may have looked too early for what is due by now: it is waited for, and one more begins.
  const sweep = (): Promise<void> => {
    if (!running) return begin();
    next ??= running.then(begin, begin);
    return next;
  };
  const { log } = ports;
  const sweepAlone = logging(log, "The sweep of expired sessions failed", sweep);
  const deleteKeys = logging(log, "The sweep of old idempotency keys failed", () => deleteOldKeys(ports));
  const deleteEnded = logging(log, "The sweep of old records failed", () =>
    deleteOldEndings(ports, retentionDays),
  );
  // One that fails must not keep the other from its work.
  const deleteAlone = async (): Promise<void> => {
    await deleteKeys();
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

const sweepOnce = async ({ store }: Dependencies, hub: Hub): Promise<void> => {
  if (!(await store.hasDue())) return;
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

const deleteOldEndings = async ({ store }: Dependencies, retentionDays: number | null): Promise<void> => {
  if (retentionDays === null) return;
  const cutoff = store.now() - retentionDays * dayMs;
  while ((await store.deleteEndedBefore(cutoff, retentionBatch)) === retentionBatch);
};

/** The same work, whose failure is logged, once until it works again, and goes no further. */
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
