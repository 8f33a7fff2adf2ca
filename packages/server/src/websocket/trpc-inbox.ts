import type { Principal } from "@adjourn/router";
import { SessionError } from "@adjourn/sessions";
import { closeSocket, pauseReading, resumeReading } from "@adjourn/transports";
import type { RawData } from "ws";
import { maxFrameEntries } from "../limits.js";
import type { PendingCalls } from "./pending-calls.js";
import type { ServerSocket } from "./server-socket.js";
import { type Entry, isAnswerable, readEntries, refusalOf } from "./trpc-entry.js";

/** What an inbox needs of its socket's owner. */
export interface InboxOwner {
  readonly socket: ServerSocket;
  readonly answers: PendingCalls;
  /** Charges the calls of a message. @returns false if the socket exceeded its limit and is closed */
  takeCalls(calls: number): boolean;
  /** Counts a call against its sender. @throws SessionError `RATE_LIMITED` */
  count(principal: Principal): Promise<void>;
  /** Takes the first message, which has the `connectionParams`. */
  takeParams(text: string): void;
  run(entry: Entry): void;
  /** Passes the message that `read` returns to tRPC, which answers the error that `read` throws. */
  deliver(read: () => unknown): void;
  /** Called with an error that belongs to no call; the socket is terminated. */
  failed(error: unknown): void;
}

/** How long a refused socket stays open for the first call. */
const firstCallWithinMs = 1_000;
/** For all inboxes in which nothing waits. */
const none: Entry[] = [];
const tooManyEntries = { code: 1008, reason: "too many entries in a frame" };

/**
 * Queues the messages of a tRPC socket and passes them to tRPC call by call: once the context exists, the call is counted,
 * and the peer has taken its earlier answers. The socket is paused while a call waits, and not read again after a refusal.
 */
export class TrpcInbox {
  private waiting: Entry[] = none;
  private principal: Principal | null = null;
  private isContextBegun = false;
  private isRunning = false;
  private isStopped = false;
  private wake: (() => void) | null = null;
  private called: (() => void) | null = null;

  constructor(private readonly owner: InboxOwner) {}

  /** From here on, messages are calls. Before, the first frame has the `connectionParams`. */
  contextBegun(): void {
    this.isContextBegun = true;
  }

  contextMade(principal: Principal): void {
    this.principal = principal;
    this.wake?.();
    this.wake = null;
  }

  /**
   * Resolves once a call waits, the socket is closed, or a second has passed. A client sends its first call right after its
   * `connectionParams` in a separate packet, and learns of a refusal only from the answer to a call.
   */
  async firstCall(): Promise<void> {
    if (this.waiting.length > 0 || this.isStopped) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.called = resolve;
      timer = setTimeout(resolve, firstCallWithinMs);
    });
    clearTimeout(timer);
  }

  /** Answers every waiting call with the error of its context, then calls {@link stop}. */
  contextRefused(refusal: Error): void {
    for (const entry of this.waiting) if (isAnswerable(entry.id)) this.owner.answers.refuse(entry, refusal);
    this.stop();
  }

  /** Takes no more calls: the socket is about to be closed. */
  stop(): void {
    this.isStopped = true;
    this.waiting = none;
    this.called?.();
    this.wake?.();
  }

  receive(data: RawData, isBinary: boolean): void {
    const { socket } = this.owner;
    // The peer may still answer the close, but further calls are not read.
    if (this.isStopped) {
      pauseReading(socket, "refused");
      return;
    }
    const text = String(data);
    if (!isBinary && text === "PONG") return;
    if (!isBinary && text === "PING") {
      socket.send("PONG");
      return;
    }
    if (!this.isContextBegun) {
      this.owner.takeParams(text);
      return;
    }
    const frame = parse(text);
    if (frame === undefined) this.owner.deliver(() => JSON.parse(text));
    else this.take(frame);
  }

  private take(frame: unknown): void {
    const { owner } = this;
    const entries = readEntries(frame);
    if (entries.length > maxFrameEntries) {
      this.stop();
      closeSocket(owner.socket, tooManyEntries);
    } else if (!owner.takeCalls(entries.length)) this.stop();
    else {
      if (this.waiting.length === 0) this.waiting = [...entries];
      else this.waiting.push(...entries);
      this.called?.();
      this.run().catch((error: unknown) => {
        this.stop();
        owner.socket.terminate();
        owner.failed(error);
      });
    }
  }

  private async run(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    for (let next = this.waiting[0]; next; next = this.waiting[0]) {
      for (
        let obstacle = this.obstacleTo(next);
        obstacle && !this.isStopped;
        obstacle = this.obstacleTo(next)
      )
        await this.pausedFor(obstacle);
      if (this.isStopped) break;
      this.waiting.shift();
      if (this.principal) await this.begin(next, this.principal);
    }
    // An array that was emptied keeps its capacity.
    this.waiting = none;
    this.isRunning = false;
  }

  private obstacleTo(entry: Entry): Promise<void> | null {
    if (this.principal) return this.owner.answers.obstacleTo(entry);
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  private async pausedFor(obstacle: Promise<void>): Promise<void> {
    const { socket } = this.owner;
    pauseReading(socket, "call");
    await obstacle;
    if (!this.isStopped) resumeReading(socket, "call");
  }

  private async begin(entry: Entry, principal: Principal): Promise<void> {
    const { owner } = this;
    const { answers } = owner;
    const refusal = (await this.counted(entry, principal)) ?? refusalOf(entry) ?? answers.refusalOf(entry);
    if (this.isStopped) return;
    if (!refusal) owner.run(entry);
    else if (isAnswerable(entry.id)) answers.refuse(entry, refusal);
    else
      owner.deliver(() => {
        throw refusal;
      });
  }

  /** Calls with a key and stopped subscriptions are not counted. @returns the error of a call beyond the limit */
  private async counted({ method }: Entry, principal: Principal): Promise<SessionError | null> {
    if (principal.role === "admin" || principal.role === "service" || method === "subscription.stop")
      return null;
    try {
      await this.owner.count(principal);
      return null;
    } catch (error) {
      return error instanceof SessionError
        ? error
        : new SessionError("INTERNAL_ERROR", "Internal server error");
    }
  }
}

/** @returns undefined for invalid JSON */
const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
