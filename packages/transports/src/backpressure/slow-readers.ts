import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { ConnectionTimeouts } from "../connection-timeouts.js";
import { RunningClock } from "../dead-peers/running-clock.js";
import { takenBytes } from "./bytes-taken.js";

interface Measurement {
  /** Bytes taken when this measurement began. */
  readonly taken: number;
  readonly at: number;
}

type Timeouts = Pick<ConnectionTimeouts, "checkPeersEveryMs" | "stalledReadMs" | "minReadBytesPerSecond">;

/**
 * Cuts peers that take an answer below the minimum rate. Without it a byte now and then would satisfy the socket's own
 * timer and keep an answer in memory for days. Event streams are excluded; they have their own limits.
 */
export class SlowReaders {
  private readonly measurements = new WeakMap<ServerResponse, Measurement>();
  private readonly timer: NodeJS.Timeout;

  /** `answers` are those that have begun or may begin, read anew at each check. */
  constructor(
    private readonly timeouts: Timeouts,
    private readonly answers: Iterable<ServerResponse>,
  ) {
    const clock = new RunningClock(timeouts.checkPeersEveryMs);
    this.timer = setInterval(() => this.check(clock.tick()), timeouts.checkPeersEveryMs);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private check(now: number): void {
    for (const response of this.answers) {
      const { socket } = response;
      // Of pipelined answers only the current one has the socket.
      if (socket === null || isStream(response)) continue;
      const taken = socket.writableLength === 0 ? null : takenBytes(socket);
      if (taken === null) this.measurements.delete(response);
      else this.judge(response, socket, { taken, at: now });
    }
  }

  /** Destroys the socket if bytes were waiting for a whole period and too few of them were taken. */
  private judge(response: ServerResponse, socket: Socket, now: Measurement): void {
    const { stalledReadMs, minReadBytesPerSecond } = this.timeouts;
    const since = this.measurements.get(response);
    const seconds = since ? (now.at - since.at) / 1_000 : 0;
    if (since && seconds * 1_000 < stalledReadMs) return;
    if (since && now.taken - since.taken < minReadBytesPerSecond * seconds) socket.destroy();
    else this.measurements.set(response, now);
  }
}

const isStream = (response: ServerResponse): boolean =>
  String(response.getHeader("content-type") ?? "").startsWith("text/event-stream");
