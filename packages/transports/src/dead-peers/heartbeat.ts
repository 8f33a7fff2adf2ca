import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { takenBytes } from "../backpressure/bytes-taken.js";
import type { ConnectionTimeouts } from "../connection-timeouts.js";
import { RunningClock } from "./running-clock.js";
import { connectionName, readQueued } from "./unacknowledged.js";

/** How much later than it should be a silent peer may be dropped. */
const longestBeatMs = 1_000;

interface Pulse {
  readonly connection: Duplex;
  heardAt: number;
  pingedAt: number;
  /** What the peer had acknowledged when that was last looked at. */
  acknowledged: { readonly bytes: number; readonly at: number } | null;
}

type Times = Pick<
  ConnectionTimeouts,
  "pingAfterMs" | "silenceMs" | "checkPeersEveryMs" | "minReadBytesPerSecond"
>;

/**
 * Finds the peers that vanished without a word: one timer for all sockets. A ping waits behind what was sent before it, so
 * a peer with a slow line can't answer soon; as long as it takes that, it is there.
 */
export class Heartbeat {
  private readonly pulses = new Map<WebSocket, Pulse>();
  private readonly timer: NodeJS.Timeout;
  private readonly clock: RunningClock;
  private lookedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly times: Times,
    /** Told of a socket that could not be looked at and is cut; the others are looked at all the same. */
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
      heardAt: this.clock.now(),
      pingedAt: Number.NEGATIVE_INFINITY,
      acknowledged: null,
    };
    this.pulses.set(socket, pulse);
    const heard = () => {
      pulse.heardAt = this.clock.now();
    };
    socket.on("message", heard).on("pong", heard).on("ping", heard);
    socket.once("close", () => this.pulses.delete(socket));
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private beat(now: number): void {
    this.lookAtLate(now).catch(this.onFailure);
    for (const [socket, pulse] of this.pulses) {
      try {
        this.look(socket, pulse, now);
      } catch (error) {
        socket.terminate();
        this.onFailure(error);
      }
    }
  }

  private look(socket: WebSocket, pulse: Pulse, now: number): void {
    const silenceMs = now - pulse.heardAt;
    if (silenceMs > this.times.silenceMs) {
      socket.terminate();
      return;
    }
    const isDue = silenceMs >= this.times.pingAfterMs && now - pulse.pingedAt >= this.times.pingAfterMs;
    if (!isDue || socket.readyState !== socket.OPEN) return;
    pulse.pingedAt = now;
    socket.ping();
  }

  /** Looks at those whose pong is late: whether they take what was sent before the ping. */
  private async lookAtLate(now: number): Promise<void> {
    const { pingAfterMs, silenceMs, checkPeersEveryMs } = this.times;
    if (now - this.lookedAt < checkPeersEveryMs) return;
    // Early enough for several looks: each one compares with the one before it.
    const lateMs = pingAfterMs + (silenceMs - pingAfterMs) / 4;
    const late = [...this.pulses.values()].filter(({ heardAt }) => now - heardAt > lateMs);
    if (late.length === 0) return;
    this.lookedAt = now;
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
    // With nothing left to take the ping has come through, and its answer is due.
    if (taken === null || (queuedBytes === 0 && connection.writableLength === 0)) return;
    const bytes = taken - queuedBytes;
    pulse.acknowledged = { bytes, at: now };
    if (last === null) return;
    const enough = (this.times.minReadBytesPerSecond * (now - last.at)) / 1_000;
    if (bytes > last.bytes && bytes - last.bytes >= enough) pulse.heardAt = now;
  }
}
