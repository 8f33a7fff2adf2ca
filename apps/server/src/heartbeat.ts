import type { WebSocket } from "ws";
import type { Patience } from "./limits.js";

/** How much later than it should be a silent peer may be dropped. */
const longestBeatMs = 1_000;

interface Pulse {
  heardAt: number;
  pingedAt: number;
}

/** Finds the peers that vanished without a word: one timer for all sockets. */
export class Heartbeat {
  private readonly pulses = new Map<WebSocket, Pulse>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly times: Pick<Patience, "pingAfterMs" | "silentMs">,
    /** Told of a socket that could not be looked at and is cut; the others are looked at all the same. */
    private readonly onFailure: (error: unknown) => void,
  ) {
    const everyMs = Math.min(times.pingAfterMs / 5, longestBeatMs);
    this.timer = setInterval(() => this.beat(performance.now()), everyMs);
    this.timer.unref();
  }

  watch(socket: WebSocket): void {
    const pulse: Pulse = { heardAt: performance.now(), pingedAt: 0 };
    this.pulses.set(socket, pulse);
    const heard = () => {
      pulse.heardAt = performance.now();
    };
    socket.on("message", heard).on("pong", heard).on("ping", heard);
    socket.once("close", () => this.pulses.delete(socket));
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private beat(now: number): void {
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
