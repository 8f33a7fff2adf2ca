import { logFailures } from "../async/log-failures.js";
import { runEvery } from "../async/run-every.js";
import { runInBackground } from "../async/run-in-background.js";
import { toSessionInfo } from "../model/session.js";
import type { Ports } from "../ports/index.js";
import type { Hub } from "../realtime/hub.js";
import { startRetention } from "./retention.js";

/** Four sweeps per second keep an expiry within the second that the contract allows (E8). */
const sweepEveryMs = 250;
const batchSize = 100;

export interface Sweeper {
  /** Ends the sessions that have expired and warns those whose warning is due. Rejects on failure. */
  sweep(): Promise<void>;
  /** Starts a sweep in the background; one runs at a time. */
  sweepSoon(): void;
  stop(): void;
}

type Dependencies = Pick<Ports, "clock" | "store" | "log" | "webhookSender" | "tracer">;

/** Ends expired sessions and warns expiring ones on a timer, independent of requests; deletes what need not be kept. */
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
  const failure = "The sweep of expired sessions failed";
  const sweepAndLog = logFailures(log, failure, sweep);
  const stopSweeping = runEvery(ports, sweepEveryMs, sweepAndLog);
  const stopRetention = startRetention(ports, retentionDays);
  return {
    sweep,
    sweepSoon: () => runInBackground(log, failure, sweepAndLog()),
    stop: () => {
      stopSweeping();
      stopRetention();
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
