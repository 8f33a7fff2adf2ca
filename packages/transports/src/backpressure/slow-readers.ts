import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { ConnectionTimeouts } from "../connection-timeouts.js";
import { RunningClock } from "../dead-peers/running-clock.js";
import { takenBytes } from "./bytes-taken.js";

interface Reading {
  /** What had been taken when this reading began. */
  readonly taken: number;
  readonly at: number;
}

type Timeouts = Pick<ConnectionTimeouts, "checkPeersEveryMs" | "stalledReadMs" | "minReadBytesPerSecond">;

/**
 * Cuts who takes an answer more slowly than anyone has to: a byte now and then is progress to the socket's own timer, and
 * would keep an answer in memory for days. Streams of events have rules of their own.
 */
export class SlowReaders {
  private readonly answers = new Map<ServerResponse, Socket>();
  private readonly readings = new WeakMap<ServerResponse, Reading>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly timeouts: Timeouts) {
    const clock = new RunningClock(timeouts.checkPeersEveryMs);
    this.timer = setInterval(() => this.look(clock.tick()), timeouts.checkPeersEveryMs);
    this.timer.unref();
  }

  watch({ socket }: IncomingMessage, response: ServerResponse): void {
    this.answers.set(response, socket);
    response.once("close", () => this.answers.delete(response));
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(now: number): void {
    for (const [response, socket] of this.answers) {
      // In a pipeline only one has the socket.
      if (response.socket === null || isStream(response)) continue;
      const taken = socket.writableLength === 0 ? null : takenBytes(socket);
      if (taken === null) this.readings.delete(response);
      else this.judge(response, socket, { taken, at: now });
    }
  }

  /** Whether all of a period went by in which there was something to take and too little was taken. */
  private judge(response: ServerResponse, socket: Socket, now: Reading): void {
    const { stalledReadMs, minReadBytesPerSecond } = this.timeouts;
    const since = this.readings.get(response);
    const seconds = since ? (now.at - since.at) / 1_000 : 0;
    if (since && seconds * 1_000 < stalledReadMs) return;
    if (since && now.taken - since.taken < minReadBytesPerSecond * seconds) socket.destroy();
    else this.readings.set(response, now);
  }
}

const isStream = (response: ServerResponse): boolean =>
  String(response.getHeader("content-type") ?? "").startsWith("text/event-stream");
