import type { EndingRecord } from "./ending.js";
import { inBackground } from "./in-background.js";
import type { Ports, Timer } from "./ports.js";
import type { Session } from "./session.js";
import { Unheard } from "./unheard.js";

export interface Missed {
  ended(ending: EndingRecord): void;
  created(sessions: readonly Session[]): Promise<void>;
}

const lookFailed = "The admin feed could not look for what it missed";

type Needs = Pick<Ports, "bus" | "clock" | "store" | "log">;

/** While somebody watches: looks now and then, and after every gap, for what the bus lost of the sessions' coming and going. */
export class AdminLook {
  private readonly endings: Unheard<EndingRecord>;
  private readonly sessions: Unheard<Session>;
  private timer: Timer | null = null;
  private isLooking = false;
  private isSuspicious = false;
  private isOver = false;

  constructor(
    private readonly ports: Needs,
    private readonly everyMs: number,
    private readonly missed: Missed,
  ) {
    const { store } = ports;
    const now = () => store.now();
    this.endings = new Unheard({
      now,
      timeOf: ({ endedAt }) => endedAt,
      readPage: async (page) => {
        const { endings, next } = await store.listEndings({}, page);
        return { rows: endings, next };
      },
    });
    this.sessions = new Unheard({
      now,
      timeOf: ({ createdAt }) => createdAt,
      readPage: async (page) => {
        const { sessions, next } = await store.listSessions({}, page);
        return { rows: sessions, next };
      },
    });
    const begun = this.run(async () => {
      for (const ending of await this.endings.begin()) this.missed.ended(ending);
      await this.missed.created(await this.sessions.begin());
    });
    inBackground(ports.log, lookFailed, begun);
  }

  /** Whether an end is news: the bus may tell late what a look has found. */
  heardEnd(sessionId: string): boolean {
    return this.endings.note(sessionId);
  }

  /** Whether a session's creation is, likewise. */
  heardCreation(sessionId: string): boolean {
    return this.sessions.note(sessionId);
  }

  /** The bus itself says that it may have lost something. */
  afterGap(): void {
    this.isSuspicious = true;
    inBackground(this.ports.log, lookFailed, this.look());
  }

  stop(): void {
    this.isOver = true;
    this.timer?.cancel();
  }

  private look(): Promise<void> {
    return this.run(async () => {
      const endings = await this.endings.find();
      for (const ending of endings) this.missed.ended(ending);
      // Reading the list counts all sessions, so it is read only where something may be missing.
      this.isSuspicious ||= endings.length > 0 || this.ports.bus.status !== "ok";
      if (!this.isSuspicious) return this.sessions.skip();
      // A gap from here on may have come too late for this reading: it asks for another.
      this.isSuspicious = false;
      await this.missed.created(await this.sessions.find());
    });
  }

  private async run(work: () => Promise<void>): Promise<void> {
    if (this.isLooking || this.isOver) return;
    this.isLooking = true;
    this.timer?.cancel();
    try {
      await work();
    } catch (cause) {
      this.isSuspicious = true;
      this.ports.log.warn(lookFailed, { cause: String(cause) });
    }
    this.isLooking = false;
    if (this.isOver) return;
    const { clock, log } = this.ports;
    this.timer = clock.setTimeout(() => inBackground(log, lookFailed, this.look()), this.everyMs);
  }
}
