import { runInBackground } from "../async/run-in-background.js";
import type { CutCounts, EndingCounts, Ports, Timer } from "../ports/index.js";

export const nothingCut: EndingCounts = { listenersDropped: 0, operationsAborted: 0 };

/** Counts are gathered for this long: the closes of the listeners that they count come first. */
export const gatherCountsMs = 20;

/**
 * Adds the cut counts of this node to the endings in the background. What is gathered, and what is reported while a write is
 * under way, goes out together, so that thousands of ends take few writes. A failure is logged and delays nothing.
 */
export class EndingCountsWriter {
  private readonly reported: CutCounts[] = [];
  private isWriting = false;
  private isClosed = false;
  private gathering: Timer | null = null;

  constructor(private readonly ports: Pick<Ports, "clock" | "store" | "log">) {}

  add(sessionId: string, counts: EndingCounts): void {
    this.reported.push({ sessionId, ...counts });
    if (this.isClosed) this.flush();
    else if (!this.isWriting)
      this.gathering ??= this.ports.clock.setTimeout(() => this.flush(), gatherCountsMs);
  }

  /** Writes what has been gathered, and gathers no more. */
  close(): void {
    this.isClosed = true;
    this.flush();
  }

  private flush(): void {
    this.gathering?.cancel();
    this.gathering = null;
    if (!this.isWriting) runInBackground(this.ports.log, "Ending counts were not stored", this.writeAll());
  }

  private async writeAll(): Promise<void> {
    this.isWriting = true;
    while (this.reported.length > 0) await this.write(this.reported.splice(0));
    this.isWriting = false;
  }

  private async write(counts: readonly CutCounts[]): Promise<void> {
    try {
      await this.ports.store.addEndingCounts(counts);
    } catch (cause) {
      const sessionIds = counts.slice(0, 10).map(({ sessionId }) => sessionId);
      const failed = { endings: counts.length, sessionIds, cause: String(cause) };
      this.ports.log.warn("The counts of endings could not be stored", failed);
    }
  }
}
