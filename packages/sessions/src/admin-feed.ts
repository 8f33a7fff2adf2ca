import { AdminLook } from "./admin-look.js";
import { AdminWatcher, totalsEveryMs } from "./admin-watcher.js";
import { confirmed } from "./confirm-subscription.js";
import { type EndingRecord, toEnding } from "./ending.js";
import { SessionError } from "./errors.js";
import { inBackground } from "./in-background.js";
import { PacedWork } from "./paced-work.js";
import type { BusMessage, BusSubscription, EndingCounts, Ports } from "./ports.js";
import { RecentIds } from "./recent-ids.js";
import type { SessionRow } from "./schemas.js";
import type { Session } from "./session.js";
import type { AdminEvent, AdminWatch, Totals } from "./sessions.js";
import type { SessionsSettings } from "./settings.js";

const subject = "admin";
/** Changes of one session are coalesced to four a second (contract §4). */
const changesEveryMs = 250;
const readBatch = 500;
/** Sessions whose creation, or whose end, is known to have been told: more than a bulk end may end at once. */
const remembered = 10_000;

type Needs = Pick<Ports, "bus" | "clock" | "store" | "log">;

/** What admins see happen, on whichever node: gathers changes, and reads each changed session once per interval. */
export class AdminFeed {
  private readonly watchers = new Set<AdminWatcher>();
  private subscription: BusSubscription | null = null;
  private lookout: AdminLook | null = null;
  /** Sessions to tell of at the next flush. */
  private touched = new Set<string>();
  /** Those whose rows are being read, as long as there is something to tell of them. */
  private reading = new Set<string>();
  private readonly createdLately = new RecentIds(remembered);
  private readonly endedLately = new RecentIds(remembered);
  /** Changes made here, to be told to the other nodes at the next flush. */
  private readonly untold = new Set<string>();
  private readonly changes: PacedWork;
  private readonly totals: PacedWork;

  constructor(
    private readonly ports: Needs,
    private readonly settings: Pick<SessionsSettings, "nodeId" | "lookEveryMs">,
    private readonly toRows: (sessions: readonly Session[]) => Promise<readonly SessionRow[]>,
  ) {
    this.changes = new PacedWork(ports, changesEveryMs, () => this.tellChanges());
    this.totals = new PacedWork(ports, totalsEveryMs, () => this.tellTotals());
    ports.bus.onGap(() => {
      this.totals.soon();
      this.lookout?.afterGap();
    });
  }

  created(session: SessionRow): void {
    this.publish({ kind: "created", origin: this.settings.nodeId, session });
    this.hearCreated(session);
  }

  changed(sessionId: string): void {
    this.untold.add(sessionId);
    this.touch(sessionId);
    this.changes.soon();
  }

  ended(record: EndingRecord, counts: EndingCounts): void {
    const ending = { ...record, ...counts };
    this.publish({ kind: "ended", origin: this.settings.nodeId, ending });
    this.hearEnded(ending);
  }

  watch(): AdminWatch {
    const watcher = new AdminWatcher(() => {
      this.watchers.delete(watcher);
      if (this.watchers.size === 0) this.stopHearing();
    });
    this.watchers.add(watcher);
    this.subscription ??= this.ports.bus.subscribe(subject, (message) => this.hear(message));
    this.lookout ??= this.startLooking();
    const welcomed = this.welcome(watcher, this.subscription);
    inBackground(this.ports.log, "An admin's watch could not begin", welcomed);
    return { events: watcher.read(), leave: () => watcher.end() };
  }

  /** Lets all watchers go; what happens here is still told to the other nodes. */
  dropWatchers(): void {
    for (const watcher of [...this.watchers]) watcher.end();
  }

  close(): void {
    this.dropWatchers();
    this.changes.stop();
    this.totals.stop();
  }

  private hear(message: BusMessage): void {
    if (message.origin === this.settings.nodeId) return;
    if (message.kind === "created") this.hearCreated(message.session);
    else if (message.kind === "changed") this.touch(message.sessionId);
    else if (message.kind === "ended") this.hearEnded(message.ending);
  }

  private hearCreated(session: SessionRow): void {
    if (this.lookout?.heardCreation(session.sessionId) ?? true) this.tellCreated(session);
  }

  /** A session may have ended before its creation is known here: nobody is told of it as one that lives. */
  private tellCreated(session: SessionRow): void {
    const { sessionId } = session;
    if (this.endedLately.has(sessionId) || !this.createdLately.add(sessionId)) return;
    this.tell({ type: "session.created", session });
  }

  private hearEnded(ending: EndingRecord): void {
    if (this.lookout?.heardEnd(ending.sessionId) ?? true) this.tellEnded(ending);
  }

  private touch(sessionId: string): void {
    if (this.watchers.size === 0) return;
    this.touched.add(sessionId);
    this.changes.soon();
  }

  private tellEnded(ending: EndingRecord): void {
    if (!this.endedLately.add(ending.sessionId)) return;
    // A row that was read before the end must not be told after it.
    this.touched.delete(ending.sessionId);
    this.reading.delete(ending.sessionId);
    this.tell({ type: "session.ended", ending: toEnding(ending) });
  }

  private async tellChanges(): Promise<void> {
    for (const sessionId of this.untold)
      this.publish({ kind: "changed", origin: this.settings.nodeId, sessionId });
    this.untold.clear();
    this.reading = this.touched;
    this.touched = new Set();
    if (this.watchers.size === 0) return;
    const sessionIds = [...this.reading];
    try {
      for (let from = 0; from < sessionIds.length; from += readBatch)
        await this.tellRows(sessionIds.slice(from, from + readBatch));
    } catch (cause) {
      this.ports.log.warn("The admin feed could not be read", { cause: String(cause) });
      for (const sessionId of this.reading) this.touch(sessionId);
    }
  }

  private async tellRows(sessionIds: readonly string[]): Promise<void> {
    const rows = await this.toRows(await this.ports.store.readSessions(sessionIds));
    for (const session of rows)
      if (this.reading.delete(session.sessionId)) this.tell({ type: "session.changed", session });
  }

  private async welcome(watcher: AdminWatcher, subscription: BusSubscription): Promise<void> {
    try {
      await confirmed(this.ports.clock, subscription);
      watcher.begin(await this.readTotals(), this.ports.clock.now());
    } catch (cause) {
      this.ports.log.warn("The totals could not be read", { cause: String(cause) });
      watcher.fail(new SessionError("SERVICE_UNAVAILABLE", "The store is not available"));
    }
  }

  private async tellTotals(): Promise<void> {
    if (this.watchers.size === 0) return;
    try {
      const totals = await this.readTotals();
      const now = this.ports.clock.now();
      for (const watcher of [...this.watchers]) if (!watcher.update(totals, now)) this.totals.soon();
    } catch (cause) {
      this.ports.log.warn("The totals could not be read", { cause: String(cause) });
      this.totals.soon();
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
    if (this.watchers.size === 0) return;
    for (const watcher of [...this.watchers]) watcher.push(event);
    this.totals.soon();
  }

  private publish(message: BusMessage): void {
    this.ports.bus.publish(subject, message);
  }

  private startLooking(): AdminLook | null {
    if (this.settings.lookEveryMs === null) return null;
    return new AdminLook(this.ports, this.settings.lookEveryMs, {
      ended: (ending) => this.tellEnded(ending),
      created: async (sessions) => {
        for (const session of await this.toRows(sessions)) this.tellCreated(session);
      },
    });
  }

  private stopHearing(): void {
    this.lookout?.stop();
    this.lookout = null;
    this.subscription?.close();
    this.subscription = null;
    this.touched.clear();
  }
}
