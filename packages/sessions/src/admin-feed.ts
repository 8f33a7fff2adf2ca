import { type EndingRecord, toEnding } from "./ending.js";
import { SessionError } from "./errors.js";
import type { BusMessage, BusSubscription, EndingCounts, Ports, Timer } from "./ports.js";
import { PushQueue } from "./push-queue.js";
import type { SessionRow } from "./schemas.js";
import type { Session } from "./session.js";
import type { AdminEvent, AdminWatch, Totals } from "./sessions.js";

const subject = "admin";
/** Changes of one session are coalesced to four a second, totals to one (contract §4). */
const changesEveryMs = 250;
const totalsEveryMs = 1_000;
/** Events that may wait for one admin; beyond it the watch ends, and a new one begins with what is true then. */
const maxWaitingEvents = 20_000;
const readBatch = 500;

type Needs = Pick<Ports, "bus" | "clock" | "store" | "log">;

/** What admins see happen, on whichever node: gathers changes, and reads each changed session once per interval. */
export class AdminFeed {
  private readonly watchers = new Set<Watcher>();
  private subscription: BusSubscription | null = null;
  /** Sessions to tell of at the next flush, and whether each is new. */
  private readonly touched = new Map<string, boolean>();
  /** Changes made here, to be told to the other nodes at the next flush. */
  private readonly untold = new Set<string>();
  private flushTimer: Timer | null = null;
  private totalsTimer: Timer | null = null;
  private lastTotals = "";

  constructor(
    private readonly ports: Needs,
    private readonly nodeId: string,
    private readonly toRows: (sessions: readonly Session[]) => Promise<readonly SessionRow[]>,
  ) {}

  created(sessionId: string): void {
    this.publish({ kind: "created", origin: this.nodeId, sessionId });
    this.touch(sessionId, true);
  }

  changed(sessionId: string): void {
    this.untold.add(sessionId);
    this.touch(sessionId, false);
    this.scheduleFlush();
  }

  ended(record: EndingRecord, counts: EndingCounts): void {
    const ending = { ...record, ...counts };
    this.publish({ kind: "ended", origin: this.nodeId, ending });
    this.tellEnded(ending);
  }

  watch(): AdminWatch {
    const watcher = new Watcher(() => {
      this.watchers.delete(watcher);
      if (this.watchers.size === 0) this.stopHearing();
    });
    this.watchers.add(watcher);
    this.subscription ??= this.ports.bus.subscribe(subject, (message) => this.hear(message));
    void this.sendTotals(watcher);
    return { events: watcher.read(), leave: () => watcher.end() };
  }

  /** Lets all watchers go. */
  close(): void {
    this.flushTimer?.cancel();
    for (const watcher of [...this.watchers]) watcher.end();
  }

  private hear(message: BusMessage): void {
    if (message.origin === this.nodeId) return;
    if (message.kind === "created") this.touch(message.sessionId, true);
    else if (message.kind === "changed") this.touch(message.sessionId, false);
    else if (message.kind === "ended") this.tellEnded(message.ending);
  }

  private touch(sessionId: string, isNew: boolean): void {
    if (this.watchers.size === 0) return;
    this.touched.set(sessionId, isNew || this.touched.get(sessionId) === true);
    this.scheduleFlush();
  }

  private tellEnded(ending: EndingRecord): void {
    this.touched.delete(ending.sessionId);
    this.tell({ type: "session.ended", ending: toEnding(ending) });
    this.scheduleTotals();
  }

  private scheduleFlush(): void {
    this.flushTimer ??= this.ports.clock.setTimeout(() => void this.flush(), changesEveryMs);
  }

  private async flush(): Promise<void> {
    this.flushTimer = null;
    for (const sessionId of this.untold) this.publish({ kind: "changed", origin: this.nodeId, sessionId });
    this.untold.clear();
    const touched = [...this.touched];
    this.touched.clear();
    if (this.watchers.size === 0) return;
    this.scheduleTotals();
    try {
      for (let from = 0; from < touched.length; from += readBatch)
        await this.tellRows(new Map(touched.slice(from, from + readBatch)));
    } catch (cause) {
      this.ports.log.warn("The admin feed could not be read", { cause: String(cause) });
    }
  }

  private async tellRows(isNew: ReadonlyMap<string, boolean>): Promise<void> {
    const rows = await this.toRows(await this.ports.store.readSessions([...isNew.keys()]));
    for (const session of rows)
      this.tell({ type: isNew.get(session.sessionId) ? "session.created" : "session.changed", session });
  }

  private scheduleTotals(): void {
    if (this.watchers.size === 0) return;
    this.totalsTimer ??= this.ports.clock.setTimeout(() => {
      this.totalsTimer = null;
      void this.sendTotals();
    }, totalsEveryMs);
  }

  /** To all where they changed, or to one that has just come. */
  private async sendTotals(only?: Watcher): Promise<void> {
    try {
      const totals = await this.readTotals();
      const text = JSON.stringify(totals);
      if (only) only.push({ type: "totals", ...totals });
      else if (text !== this.lastTotals) this.tell({ type: "totals", ...totals });
      this.lastTotals = text;
    } catch (cause) {
      this.ports.log.warn("The totals could not be read", { cause: String(cause) });
      only?.fail(new SessionError("SERVICE_UNAVAILABLE", "The store is not available"));
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

  private tell(event: AdminEvent): void {
    for (const watcher of [...this.watchers]) watcher.push(event);
  }

  private publish(message: BusMessage): void {
    this.ports.bus.publish(subject, message);
  }

  private stopHearing(): void {
    this.subscription?.close();
    this.subscription = null;
    this.totalsTimer?.cancel();
    this.totalsTimer = null;
    this.touched.clear();
  }
}

/** One admin's queue. What happens before the first totals waits behind them. */
class Watcher {
  private readonly queue = new PushQueue<AdminEvent>();
  private early: AdminEvent[] | null = [];
  private isGone = false;

  constructor(private readonly onGone: () => void) {}

  push(event: AdminEvent): void {
    if (!this.early) this.queue.push(event);
    else if (event.type !== "totals") this.early.push(event);
    else {
      for (const waited of [event, ...this.early]) this.queue.push(waited);
      this.early = null;
    }
    if ((this.early?.length ?? this.queue.size) > maxWaitingEvents) this.end();
  }

  end(): void {
    this.close(null);
  }

  fail(error: Error): void {
    this.close(error);
  }

  async *read(): AsyncGenerator<AdminEvent, void> {
    try {
      yield* this.queue.read();
    } finally {
      this.end();
    }
  }

  private close(error: Error | null): void {
    if (this.isGone) return;
    this.isGone = true;
    this.queue.close(error);
    this.onGone();
  }
}
