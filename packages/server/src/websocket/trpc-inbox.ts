import type { Principal } from "@adjourn/router";
import { SessionError } from "@adjourn/sessions";
import { closeSocket } from "@adjourn/transports";
import type { RawData, WebSocket } from "ws";
import { maxFrameEntries } from "../limits.js";
import type { FrameLimit } from "./frame-limit.js";
import type { PendingCalls } from "./pending-calls.js";
import { type Entry, isAnswerable, readEntries, refusalOf } from "./trpc-entry.js";

export interface InboxDependencies {
  readonly socket: WebSocket;
  readonly frames: FrameLimit;
  readonly answers: PendingCalls;
  /** Counts a call against its sender. @throws SessionError `RATE_LIMITED` */
  readonly count: (principal: Principal) => Promise<void>;
  /** Has tRPC handle the message that `read` returns, or answer what it throws. */
  readonly deliver: (read: () => unknown) => void;
  /** Called with an error that no call could be answered with; the socket is terminated. */
  readonly onFailure: (error: unknown) => void;
}

/** How long a refused socket stays open for the first call. */
const firstCallWithinMs = 1_000;
const tooManyEntries = { code: 1008, reason: "too many entries in a frame" };

/**
 * What a tRPC socket has sent, on its way to tRPC: call by call, each once the context is made, the call is counted, and
 * the peer has taken what it asked for before. While a call has to wait the socket is not read, and once the socket is
 * refused nothing of it is.
 */
export class TrpcInbox {
  private readonly waiting: Entry[] = [];
  private principal: Principal | null = null;
  private isContextBegun = false;
  private isRunning = false;
  private isStopped = false;
  private wake: () => void = () => {};
  private called: () => void = () => {};

  constructor(private readonly dependencies: InboxDependencies) {
    dependencies.socket.once("close", () => this.stop());
  }

  /** From here on what comes are calls; before, the first frame is the one with `connectionParams`. */
  contextBegun(): void {
    this.isContextBegun = true;
  }

  contextMade(principal: Principal): void {
    this.principal = principal;
    this.wake();
  }

  /**
   * Resolves once a call waits, the socket is closed, or a second has passed. A client sends its first call right behind its
   * `connectionParams`, in a packet of its own, and hears of a refusal only in the answer to a call.
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

  /** Answers every call that waits for a context, since there will be none; then {@link stop}. */
  contextRefused(refusal: Error): void {
    for (const entry of this.waiting)
      if (isAnswerable(entry.id)) this.dependencies.answers.refuse(entry, refusal);
    this.stop();
  }

  /** Takes no more calls: the socket is about to be closed. */
  stop(): void {
    this.isStopped = true;
    this.waiting.length = 0;
    this.called();
    this.wake();
  }

  hear(data: RawData, isBinary: boolean): void {
    const { socket, deliver } = this.dependencies;
    // A peer that answers the close is waited for; one that goes on asking is not read any more.
    if (this.isStopped) {
      socket.pause();
      return;
    }
    const text = String(data);
    if (!isBinary && text === "PONG") return;
    if (!isBinary && text === "PING") {
      socket.send("PONG");
      return;
    }
    const frame = parse(text);
    if (!this.isContextBegun || frame === undefined) deliver(() => JSON.parse(text));
    else this.take(frame);
  }

  private take(frame: unknown): void {
    const { socket, frames, onFailure } = this.dependencies;
    const entries = readEntries(frame);
    if (entries.length > maxFrameEntries) {
      this.stop();
      closeSocket(socket, tooManyEntries);
    } else if (!frames.takeCalls(socket, entries.length)) this.stop();
    else {
      this.waiting.push(...entries);
      this.called();
      this.run().catch((error: unknown) => {
        this.stop();
        socket.terminate();
        onFailure(error);
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
    this.isRunning = false;
  }

  private obstacleTo(entry: Entry): Promise<void> | null {
    if (this.principal) return this.dependencies.answers.obstacleTo(entry);
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  private async pausedFor(obstacle: Promise<void>): Promise<void> {
    this.dependencies.socket.pause();
    await obstacle;
    if (!this.isStopped) this.dependencies.socket.resume();
  }

  private async begin(entry: Entry, principal: Principal): Promise<void> {
    const { answers, deliver } = this.dependencies;
    const refusal = (await this.counted(entry, principal)) ?? refusalOf(entry) ?? answers.refusalOf(entry);
    if (this.isStopped) return;
    if (!refusal) answers.begin(entry, () => deliver(() => entry.message));
    else if (isAnswerable(entry.id)) answers.refuse(entry, refusal);
    else
      deliver(() => {
        throw refusal;
      });
  }

  /** Keys are not counted, nor is the end of a subscription. @returns what a call too many is refused for */
  private async counted({ method }: Entry, principal: Principal): Promise<SessionError | null> {
    if (principal.role === "admin" || principal.role === "service" || method === "subscription.stop")
      return null;
    try {
      await this.dependencies.count(principal);
      return null;
    } catch (error) {
      return error instanceof SessionError
        ? error
        : new SessionError("INTERNAL_ERROR", "Internal server error");
    }
  }
}

/** Undefined for what is no JSON. */
const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
