import { Socket } from "node:net";
import { takenBytes } from "../backpressure/bytes-taken.js";
import type { ConnectionTimeouts } from "../connection-timeouts.js";
import type { PeerSocket } from "../web-socket/peer-socket.js";
import { RunningClock } from "./running-clock.js";
import { connectionName, readQueued } from "./unacknowledged.js";

/** Longest interval of the check, which is how late a dead peer may be dropped. */
const longestBeatMs = 1_000;

type Times = Pick<
  ConnectionTimeouts,
  "pingAfterMs" | "silenceMs" | "checkPeersEveryMs" | "minReadBytesPerSecond"
>;

/**
 * Finds peers that vanished, with one timer for all sockets. A ping queues behind earlier data, so a peer on a slow line
 * cannot answer soon; as long as it takes that data, it is alive.
 */
export class Heartbeat {
  private readonly watched = new Set<PeerSocket>();
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

  watch(socket: PeerSocket): void {
    socket.lastSeenAt = this.clock.now();
    this.watched.add(socket);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** All open sockets. One that has just been closed may still be among them. */
  get sockets(): Iterable<PeerSocket> {
    return this.watched;
  }

  private beat(now: number): void {
    this.checkLatePeers(now).catch(this.onFailure);
    for (const socket of this.watched) {
      try {
        this.check(socket, now);
      } catch (error) {
        socket.terminate();
        this.onFailure(error);
      }
    }
  }

  private check(socket: PeerSocket, now: number): void {
    if (socket.readyState === socket.CLOSED) {
      this.watched.delete(socket);
      return;
    }
    if (socket.hasSent) {
      socket.hasSent = false;
      socket.lastSeenAt = now;
    }
    const silenceMs = now - socket.lastSeenAt;
    if (silenceMs > this.times.silenceMs) {
      socket.terminate();
      return;
    }
    const isDue = silenceMs >= this.times.pingAfterMs && now - socket.pingedAt >= this.times.pingAfterMs;
    if (!isDue || socket.readyState !== socket.OPEN) return;
    socket.pingedAt = now;
    socket.ping();
  }

  /** Checks the sockets whose pong is late: whether they take the data sent before the ping. */
  private async checkLatePeers(now: number): Promise<void> {
    const { pingAfterMs, silenceMs, checkPeersEveryMs } = this.times;
    if (now - this.checkedAt < checkPeersEveryMs) return;
    // Early enough for several checks, since each compares with the previous one.
    const lateMs = pingAfterMs + (silenceMs - pingAfterMs) / 4;
    const late = [...this.watched].filter(({ lastSeenAt }) => now - lastSeenAt > lateMs);
    if (late.length === 0) return;
    this.checkedAt = now;
    const queued = await readQueued();
    for (const socket of late) {
      const { connection } = socket;
      const found = connection instanceof Socket ? queued.get(connectionName(connection)) : undefined;
      this.judge(socket, found?.bytes ?? 0, this.clock.now());
    }
  }

  private judge(socket: PeerSocket, queuedBytes: number, now: number): void {
    const { connection, acknowledged: last } = socket;
    if (connection === null) return;
    const taken = takenBytes(connection);
    // With nothing left to take, the ping has arrived and its pong is due.
    if (taken === null || (queuedBytes === 0 && connection.writableLength === 0)) return;
    const bytes = taken - queuedBytes;
    socket.acknowledged = { bytes, at: now };
    if (last === null) return;
    const enough = (this.times.minReadBytesPerSecond * (now - last.at)) / 1_000;
    if (bytes > last.bytes && bytes - last.bytes >= enough) socket.lastSeenAt = now;
  }
}
