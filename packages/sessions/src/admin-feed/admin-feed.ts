import { runInBackground } from "../async/run-in-background.js";
import { Throttler } from "../async/throttler.js";
import { type EndingRecord, toEnding } from "../model/ending.js";
import { SessionError } from "../model/errors.js";
import type { Session } from "../model/session.js";
import { inBatches } from "../paging/in-batches.js";
import type { BusMessage, BusSubscription, EndingCounts, Ports } from "../ports/index.js";
import { confirmSubscription } from "../realtime/confirm-subscription.js";
import type { SessionRow } from "../schemas/index.js";
import type { AdminEvent, AdminSubscription, Totals } from "../session-service.js";
import type { SessionServiceSettings } from "../settings.js";
import { AdminReconciler } from "./admin-reconciler.js";
import { AdminSubscriber, totalsEveryMs } from "./admin-subscriber.js";
import { RecentIds } from "./recent-ids.js";

const subject = "admin";
/** Changes of one session are coalesced to four per second (contract §4). */
const changesEveryMs = 250;
const readBatch = 500;
/** Remembered creations and ends, for deduplication. More than a bulk end can end at once. */
const remembered = 10_000;

type Dependencies = Pick<Ports, "bus" | "clock" | "store" | "log">;

/** The events that admins watch, from every node. It collects changes and reads each changed session once per interval. */
export class AdminFeed {
  private readonly subscribers = new Set<AdminSubscriber>();
  private subscription: BusSubscription | null = null;
  private reconciler: AdminReconciler | null = null;
  /** Sessions to read at the next flush. */
  private changedIds = new Set<string>();
  /** Sessions whose rows are being read and have not been broadcast yet. */
  private reading = new Set<string>();
  private readonly recentlyCreated = new RecentIds(remembered);
  private readonly recentlyEnded = new RecentIds(remembered);
  /** Sessions changed on this node, to be published at the next flush. */
  private readonly unpublished = new Set<string>();
  private readonly changes: Throttler;
  private readonly totals: Throttler;

  constructor(
    private readonly ports: Dependencies,
    private readonly settings: Pick<SessionServiceSettings, "nodeId" | "reconcileEveryMs">,
    private readonly toRows: (sessions: readonly Session[]) => Promise<readonly SessionRow[]>,
  ) {
    this.changes = new Throttler(ports, changesEveryMs, () => this.publishChanges());
    this.totals = new Throttler(ports, totalsEveryMs, () => this.broadcastTotals());
    ports.bus.onGap(() => {
      this.totals.schedule();
      this.reconciler?.afterGap();
    });
  }

  created(session: SessionRow): void {
    this.publish({ kind: "created", origin: this.settings.nodeId, session });
    this.onCreated(session);
  }

  changed(sessionId: string): void {
    this.unpublished.add(sessionId);
    this.markChanged(sessionId);
    this.changes.schedule();
  }

  ended(record: EndingRecord, counts: EndingCounts): void {
    const ending = Object.assign({}, record, counts);
    this.publish({ kind: "ended", origin: this.settings.nodeId, ending });
    this.onEnded(ending);
  }

  subscribe(): AdminSubscription {
    const subscriber = new AdminSubscriber(() => {
      this.subscribers.delete(subscriber);
      if (this.subscribers.size === 0) this.unsubscribe();
    });
    this.subscribers.add(subscriber);
    this.subscription ??= this.ports.bus.subscribe(subject, (message) => this.onMessage(message));
    this.reconciler ??= this.startReconciler();
    const begun = this.reconciler?.begun;
    const started = this.sendInitialTotals(
      subscriber,
      Promise.all([begun, confirmSubscription(this.ports.clock, this.subscription)]),
    );
    runInBackground(this.ports.log, "An admin's subscription could not begin", started);
    return { events: subscriber.read(), leave: () => subscriber.end() };
  }

  /** Drops all subscribers. Changes on this node are still published to the other nodes. */
  dropSubscribers(): void {
    for (const subscriber of [...this.subscribers]) subscriber.end();
  }

  close(): void {
    this.dropSubscribers();
    this.changes.stop();
    this.totals.stop();
  }

  private onMessage(message: BusMessage): void {
    if (message.origin === this.settings.nodeId) return;
    if (message.kind === "created") this.onCreated(message.session);
    else if (message.kind === "changed") this.markChanged(message.sessionId);
    else if (message.kind === "ended") this.onEnded(message.ending);
  }

  private onCreated(session: SessionRow): void {
    if (this.reconciler?.isNewCreation(session.sessionId) ?? true) this.broadcastCreated(session);
  }

  /** A session can end before its creation is known here. It is not broadcast as a live one then. */
  private broadcastCreated(session: SessionRow): void {
    const { sessionId } = session;
    if (this.recentlyEnded.has(sessionId) || !this.recentlyCreated.add(sessionId)) return;
    this.broadcast({ type: "session.created", session });
  }

  private onEnded(ending: EndingRecord): void {
    if (this.reconciler?.isNewEnd(ending.sessionId) ?? true) this.broadcastEnded(ending);
  }

  private markChanged(sessionId: string): void {
    if (this.subscribers.size === 0) return;
    this.changedIds.add(sessionId);
    this.changes.schedule();
  }

  private broadcastEnded(ending: EndingRecord): void {
    if (!this.recentlyEnded.add(ending.sessionId)) return;
    // A row that was read before the end must not be broadcast after it.
    this.changedIds.delete(ending.sessionId);
    this.reading.delete(ending.sessionId);
    if (this.subscribers.size > 0) this.broadcast({ type: "session.ended", ending: toEnding(ending) });
  }

  private async publishChanges(): Promise<void> {
    for (const sessionId of this.unpublished)
      this.publish({ kind: "changed", origin: this.settings.nodeId, sessionId });
    this.unpublished.clear();
    this.reading = this.changedIds;
    this.changedIds = new Set();
    if (this.subscribers.size === 0) return;
    try {
      for (const sessionIds of inBatches([...this.reading], readBatch)) await this.broadcastRows(sessionIds);
    } catch (cause) {
      this.ports.log.warn("The admin feed could not be read", { cause: String(cause) });
      for (const sessionId of this.reading) this.markChanged(sessionId);
    }
  }

  private async broadcastRows(sessionIds: readonly string[]): Promise<void> {
    const rows = await this.toRows(await this.ports.store.readSessions(sessionIds));
    for (const session of rows)
      if (this.reading.delete(session.sessionId)) this.broadcast({ type: "session.changed", session });
  }

  /** What is recorded after the first totals is received, so they wait for the bus and for the reconciler's first read. */
  private async sendInitialTotals(subscriber: AdminSubscriber, ready: Promise<unknown>): Promise<void> {
    try {
      await ready;
      subscriber.begin(await this.readTotals(), this.ports.clock.now());
    } catch (cause) {
      this.ports.log.warn("The totals could not be read", { cause: String(cause) });
      subscriber.fail(new SessionError("SERVICE_UNAVAILABLE", "The store is not available"));
    }
  }

  private async broadcastTotals(): Promise<void> {
    if (this.subscribers.size === 0) return;
    try {
      const totals = await this.readTotals();
      const now = this.ports.clock.now();
      for (const subscriber of [...this.subscribers])
        if (!subscriber.update(totals, now)) this.totals.schedule();
    } catch (cause) {
      this.ports.log.warn("The totals could not be read", { cause: String(cause) });
      this.totals.schedule();
    }
  }

  private async readTotals(): Promise<Totals> {
    const { active, expired, expiringSoon } = await this.ports.store.countSessions();
    return {
      activeSessions: active,
      expiredSessions: expired,
      totalSessions: active + expired,
      expiringSoon,
    };
  }

  private broadcast(event: AdminEvent): void {
    if (this.subscribers.size === 0) return;
    for (const subscriber of [...this.subscribers]) subscriber.push(event);
    this.totals.schedule();
  }

  private publish(message: BusMessage): void {
    this.ports.bus.publish(subject, message);
  }

  private startReconciler(): AdminReconciler | null {
    if (this.settings.reconcileEveryMs === null) return null;
    return new AdminReconciler(this.ports, this.settings.reconcileEveryMs, {
      ended: (ending) => this.broadcastEnded(ending),
      created: async (sessions) => {
        for (const session of await this.toRows(sessions)) this.broadcastCreated(session);
      },
    });
  }

  private unsubscribe(): void {
    this.reconciler?.stop();
    this.reconciler = null;
    this.subscription?.close();
    this.subscription = null;
    this.changedIds.clear();
  }
}
