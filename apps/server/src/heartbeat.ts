import type { WebSocket } from "ws";
import type { Patience } from "./limits.js";

/** How much later than it should be a silent peer may be dropped. */
const longestBeatMs = 1_000;

interface Pulse {
  heardAt: number;
  pingedAt: number;
}

/**
 * Finds the peers that vanished without a word: one timer for all sockets. It counts the time in which this process ran;
 * after a standstill, what peers have sent meanwhile is still unread, and none of them may be taken for silent.
 */
export class Heartbeat {
  private readonly pulses = new Map<WebSocket, Pulse>();
  private readonly timer: NodeJS.Timeout;
  private readonly everyMs: number;
  /** The time that this process has run, ms, at the last beat. */
  private ranMs = 0;
  private beatAt = performance.now();

  constructor(
    private readonly times: Pick<Patience, "pingAfterMs" | "silentMs">,
    /** Told of a socket that could not be looked at and is cut; the others are looked at all the same. */
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.everyMs = Math.min(times.pingAfterMs / 5, longestBeatMs);
    this.timer = setInterval(() => this.beat(), this.everyMs);
    this.timer.unref();
  }

  watch(socket: WebSocket): void {
    const pulse: Pulse = { heardAt: this.now(), pingedAt: Number.NEGATIVE_INFINITY };
    this.pulses.set(socket, pulse);
    const heard = () => {
      pulse.heardAt = this.now();
    };
    socket.on("message", heard).on("pong", heard).on("ping", heard);
    socket.once("close", () => this.pulses.delete(socket));
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** A beat that is late by more than another beat is a standstill. */
  private now(): number {
    return this.ranMs + Math.min(performance.now() - this.beatAt, 2 * this.everyMs);
  }

  private beat(): void {
    const now = this.now();
    this.ranMs = now;
    this.beatAt = performance.now();
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
    const silentMs = now - pulse.heardAt;
    if (silentMs > this.times.silentMs) {
      socket.terminate();
      return;
    }
    const isDue = silentMs >= this.times.pingAfterMs && now - pulse.pingedAt >= this.times.pingAfterMs;
    if (!isDue || socket.readyState !== socket.OPEN) return;
    pulse.pingedAt = now;
    socket.ping();
  }
}
