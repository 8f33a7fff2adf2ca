import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { takenBytes } from "../backpressure/bytes-taken.js";
import type { ConnectionTimeouts } from "../connection-timeouts.js";
import { RunningClock } from "./running-clock.js";
import { connectionName, readQueued } from "./unacknowledged.js";

/** Longest interval of the check, which is how late a dead peer may be dropped. */
const longestBeatMs = 1_000;

interface Pulse {
  readonly connection: Duplex;
  lastSeenAt: number;
  pingedAt: number;
  /** Bytes that the peer had acknowledged at the last check. */
  acknowledged: { readonly bytes: number; readonly at: number } | null;
}

type Times = Pick<
  ConnectionTimeouts,
  "pingAfterMs" | "silenceMs" | "checkPeersEveryMs" | "minReadBytesPerSecond"
>;

/**
 * Finds peers that vanished, with one timer for all sockets. A ping queues behind earlier data, so a peer on a slow line
 * cannot answer soon; as long as it takes that data, it is alive.
 */
export class Heartbeat {
  private readonly pulses = new Map<WebSocket, Pulse>();
  private readonly timer: NodeJS.Timeout;
  private readonly clock: RunningClock;
  private checkedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly times: Times,
    /** Called for a socket whose check failed. That socket is cut; the others are still checked. */
    private readonly onFailure: (error: unknown) => void,
  ) {
    const everyMs = Math.min(times.pingAfterMs / 5, longestBeatMs);
    this.clock = new RunningClock(everyMs);
    this.timer = setInterval(() => this.beat(this.clock.tick()), everyMs);
    this.timer.unref();
  }

  watch(socket: WebSocket, connection: Duplex): void {
    const pulse: Pulse = {
      connection,
      lastSeenAt: this.clock.now(),
      pingedAt: Number.NEGATIVE_INFINITY,
      acknowledged: null,
    };
    this.pulses.set(socket, pulse);
    const seen = () => {
      pulse.lastSeenAt = this.clock.now();
    };
    socket.on("message", seen).on("pong", seen).on("ping", seen);
    socket.once("close", () => this.pulses.delete(socket));
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private beat(now: number): void {
    this.checkLatePeers(now).catch(this.onFailure);
    for (const [socket, pulse] of this.pulses) {
      try {
        this.check(socket, pulse, now);
      } catch (error) {
        socket.terminate();
        this.onFailure(error);
      }
    }
  }

  private check(socket: WebSocket, pulse: Pulse, now: number): void {
    const silenceMs = now - pulse.lastSeenAt;
    if (silenceMs > this.times.silenceMs) {
      socket.terminate();
      return;
    }
    const isDue = silenceMs >= this.times.pingAfterMs && now - pulse.pingedAt >= this.times.pingAfterMs;
    if (!isDue || socket.readyState !== socket.OPEN) return;
    pulse.pingedAt = now;
    socket.ping();
  }

  /** Checks the sockets whose pong is late: whether they take the data sent before the ping. */
  private async checkLatePeers(now: number): Promise<void> {
    const { pingAfterMs, silenceMs, checkPeersEveryMs } = this.times;
    if (now - this.checkedAt < checkPeersEveryMs) return;
    // Early enough for several checks, since each compares with the previous one.
    const lateMs = pingAfterMs + (silenceMs - pingAfterMs) / 4;
    const late = [...this.pulses.values()].filter(({ lastSeenAt }) => now - lastSeenAt > lateMs);
    if (late.length === 0) return;
    this.checkedAt = now;
    const queued = await readQueued();
    for (const pulse of late) {
      const { connection } = pulse;
      const found = connection instanceof Socket ? queued.get(connectionName(connection)) : undefined;
      this.judge(pulse, found?.bytes ?? 0, this.clock.now());
    }
  }

  private judge(pulse: Pulse, queuedBytes: number, now: number): void {
    const { connection, acknowledged: last } = pulse;
    const taken = takenBytes(connection);
    // With nothing left to take, the ping has arrived and its pong is due.
    if (taken === null || (queuedBytes === 0 && connection.writableLength === 0)) return;
    const bytes = taken - queuedBytes;
    pulse.acknowledged = { bytes, at: now };
    if (last === null) return;
    const enough = (this.times.minReadBytesPerSecond * (now - last.at)) / 1_000;
    if (bytes > last.bytes && bytes - last.bytes >= enough) pulse.lastSeenAt = now;
  }
}
