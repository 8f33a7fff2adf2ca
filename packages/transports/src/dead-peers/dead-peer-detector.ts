import type { ServerResponse } from "node:http";
import { connectionName, readUnacknowledged, type Unacknowledged } from "./unacknowledged.js";

/** Looks in a row that must find the same bytes unacknowledged, and how often these must have been sent again by then. */
const silence = { looks: 3, retransmits: 3 };

interface Sighting extends Unacknowledged {
  /** Looks in a row that found it, nothing of it acknowledged in between. */
  readonly looks: number;
}

interface SilentPeersOptions {
  readonly everyMs: number;
  readonly read?: typeof readUnacknowledged;
  /** Told of a look that failed; the next one is due all the same. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Finds the peers that vanished without a word while an answer streams to them: nothing comes back on SSE but the
 * kernel's acknowledgements. One timer, and one reading of the kernel's table, for all of them.
 */
export class DeadPeerDetector {
  private readonly answers = new Set<ServerResponse>();
  private readonly read: typeof readUnacknowledged;
  private sightings: ReadonlyMap<ServerResponse, Sighting> = new Map();
  private readonly timer: NodeJS.Timeout;
  private isLooking = false;

  constructor({ everyMs, read = readUnacknowledged, onFailure }: SilentPeersOptions) {
    this.read = read;
    this.timer = setInterval(() => {
      this.look().catch(onFailure);
    }, everyMs);
    this.timer.unref();
  }

  watch(response: ServerResponse): void {
    this.answers.add(response);
    response.once("close", () => this.answers.delete(response));
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    if (this.isLooking || ![...this.answers].some(({ headersSent }) => headersSent)) return;
    this.isLooking = true;
    try {
      this.judge(await this.read());
    } finally {
      this.isLooking = false;
    }
  }

  private judge(unacknowledged: ReadonlyMap<string, Unacknowledged>): void {
    const sightings = new Map<ServerResponse, Sighting>();
    for (const response of unacknowledged.size > 0 ? this.answers : []) {
      const { socket } = response;
      const found = socket && unacknowledged.get(connectionName(socket));
      if (!found) continue;
      const sighting = { ...found, looks: looksAt(found, this.sightings.get(response)) };
      if (sighting.looks >= silence.looks && found.retransmits >= silence.retransmits) response.destroy();
      else sightings.set(response, sighting);
    }
    this.sightings = sightings;
  }
}

/** Both counts begin anew with the first byte that is acknowledged. */
const looksAt = (found: Unacknowledged, last: Sighting | undefined): number =>
  last && found.bytes >= last.bytes && found.retransmits >= last.retransmits ? last.looks + 1 : 1;
