import { pauseReading, resumeReading } from "@adjourn/transports";
import type { ServerSocket } from "../websocket/server-socket.js";

/** Events of one socket that may wait before the socket is not read any further. */
const pauseAt = 16;

/** Runs the events of one socket one after another, so that a message that follows a join finds the room joined. */
export class InboundQueue {
  private readonly waiting: (() => Promise<void>)[] = [];
  private isRunning = false;

  /** `socket` gives the socket to pause, or null. `maxWaiting`: events that may wait. */
  constructor(
    private readonly socket: () => ServerSocket | null,
    private readonly maxWaiting: number,
  ) {}

  /** @returns false if too many events wait */
  add(work: () => Promise<void>): boolean {
    if (this.waiting.length >= this.maxWaiting) return false;
    this.waiting.push(work);
    const socket = this.socket();
    if (socket && this.waiting.length > pauseAt) pauseReading(socket, "call");
    if (!this.isRunning) this.next();
    return true;
  }

  clear(): void {
    this.waiting.length = 0;
  }

  private next(): void {
    const work = this.waiting.shift();
    this.isRunning = work !== undefined;
    if (work) {
      const next = () => this.next();
      work().then(next, next);
      return;
    }
    const socket = this.socket();
    if (socket) resumeReading(socket, "call");
  }
}
