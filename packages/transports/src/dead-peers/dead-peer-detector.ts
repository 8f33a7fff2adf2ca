import type { ServerResponse } from "node:http";
import { connectionName, readUnacknowledged, type Unacknowledged } from "./unacknowledged.js";

/** A peer is dead after this many checks in a row with the same unacknowledged bytes, sent again this often. */
const deadAfter = { checks: 3, retransmits: 3 };

interface Observation extends Unacknowledged {
  /** Consecutive checks that found it, with nothing acknowledged in between. */
  readonly checks: number;
}

interface DeadPeerDetectorOptions {
  readonly everyMs: number;
  /** The answers that have begun or may begin, read anew at each check. */
  readonly answers: Iterable<ServerResponse>;
  readonly read?: typeof readUnacknowledged;
  /** Called when a check fails. The next one follows at its interval. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Finds peers that vanished while an answer streams to them. On SSE only the kernel's acknowledgements show that a peer is
 * alive. One timer and one read of the kernel's connection table serve all streams.
 */
export class DeadPeerDetector {
  private readonly answers: Iterable<ServerResponse>;
  private readonly read: typeof readUnacknowledged;
  private observations: ReadonlyMap<ServerResponse, Observation> = new Map();
  private readonly timer: NodeJS.Timeout;
  private isChecking = false;

  constructor({ everyMs, answers, read = readUnacknowledged, onFailure }: DeadPeerDetectorOptions) {
    this.answers = answers;
    this.read = read;
    this.timer = setInterval(() => {
      this.check().catch(onFailure);
    }, everyMs);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async check(): Promise<void> {
    if (this.isChecking || ![...this.answers].some(({ headersSent }) => headersSent)) return;
    this.isChecking = true;
    try {
      this.judge(await this.read());
    } finally {
      this.isChecking = false;
    }
  }

  private judge(unacknowledged: ReadonlyMap<string, Unacknowledged>): void {
    const observations = new Map<ServerResponse, Observation>();
    for (const response of unacknowledged.size > 0 ? this.answers : []) {
      const { socket } = response;
      const found = socket && unacknowledged.get(connectionName(socket));
      if (!found) continue;
      const observation = { ...found, checks: countChecks(found, this.observations.get(response)) };
      if (observation.checks >= deadAfter.checks && found.retransmits >= deadAfter.retransmits)
        response.destroy();
      else observations.set(response, observation);
    }
    this.observations = observations;
  }
}

/** Both counts restart with the first byte that is acknowledged. */
const countChecks = (found: Unacknowledged, last: Observation | undefined): number =>
  last && found.bytes >= last.bytes && found.retransmits >= last.retransmits ? last.checks + 1 : 1;
