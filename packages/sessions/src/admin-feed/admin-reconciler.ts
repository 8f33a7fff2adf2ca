import { runInBackground } from "../async/run-in-background.js";
import type { EndingRecord } from "../model/ending.js";
import type { Session } from "../model/session.js";
import type { Ports, Timer } from "../ports/index.js";
import { MissedItems } from "./missed-items.js";

export interface MissedHandlers {
  ended(ending: EndingRecord): void;
  created(sessions: readonly Session[]): Promise<void>;
}

const reconcileFailed = "The admin feed could not reconcile for what it missed";

type Dependencies = Pick<Ports, "bus" | "clock" | "store" | "log">;

/** While an admin subscribes: finds the creations and ends that the bus lost, at an interval and after every gap. */
export class AdminReconciler {
  private readonly endings: MissedItems<EndingRecord>;
  private readonly sessions: MissedItems<Session>;
  /** Resolves after the first read. What is recorded from then on is found, whatever the clocks say. Never rejects. */
  readonly begun: Promise<void>;
  private timer: Timer | null = null;
  private isReconciling = false;
  private isGapSuspected = false;
  private isStopped = false;

  constructor(
    private readonly ports: Dependencies,
    private readonly everyMs: number,
    private readonly missed: MissedHandlers,
  ) {
    const { store } = ports;
    const now = () => store.now();
    this.endings = new MissedItems({
      now,
      timeOf: ({ endedAt }) => endedAt,
      readPage: async (page) => {
        const { endings, next } = await store.listEndings({}, page);
        return { rows: endings, next };
      },
    });
    this.sessions = new MissedItems({
      now,
      timeOf: ({ createdAt }) => createdAt,
      readPage: async (page) => {
        const { sessions, next } = await store.listSessions({}, page);
        return { rows: sessions, next };
      },
    });
    this.begun = this.run(async () => {
      for (const ending of await this.endings.begin()) this.missed.ended(ending);
      await this.missed.created(await this.sessions.begin());
    });
  }

  /** Notes an end from the bus. @returns false if the reconciler has already found it */
  isNewEnd(sessionId: string): boolean {
    return this.endings.note(sessionId);
  }

  /** Notes a creation from the bus. @returns false if the reconciler has already found it */
  isNewCreation(sessionId: string): boolean {
    return this.sessions.note(sessionId);
  }

  /** Called when the bus reports that it may have lost messages. */
  afterGap(): void {
    this.isGapSuspected = true;
    runInBackground(this.ports.log, reconcileFailed, this.reconcile());
  }

  stop(): void {
    this.isStopped = true;
    this.timer?.cancel();
  }

  private reconcile(): Promise<void> {
    return this.run(async () => {
      const endings = await this.endings.find();
      for (const ending of endings) this.missed.ended(ending);
      // Listing sessions counts all of them, so the list is read only after a suspected loss.
      this.isGapSuspected ||= endings.length > 0 || this.ports.bus.status !== "ok";
      if (!this.isGapSuspected) return this.sessions.skip();
      // This read may not cover a gap that occurs from here on; such a gap sets the flag again.
      this.isGapSuspected = false;
      await this.missed.created(await this.sessions.find());
    });
  }

  private async run(work: () => Promise<void>): Promise<void> {
    if (this.isReconciling || this.isStopped) return;
    this.isReconciling = true;
    this.timer?.cancel();
    try {
      await work();
    } catch (cause) {
      this.isGapSuspected = true;
      this.ports.log.warn(reconcileFailed, { cause: String(cause) });
    }
    this.isReconciling = false;
    if (this.isStopped) return;
    const { clock, log } = this.ports;
    this.timer = clock.setTimeout(
      () => runInBackground(log, reconcileFailed, this.reconcile()),
      this.everyMs,
    );
  }
}
