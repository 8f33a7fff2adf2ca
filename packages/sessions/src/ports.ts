import type { BusMessage, Held } from "./bus-message.js";
import type { Message } from "./message.js";
import type { JsonObject } from "./session.js";
import type { SessionEvent } from "./session-event.js";
import type { SessionStore } from "./session-store.js";
import type { TimeoutConfigInput } from "./timeout-policy.js";

export type * from "./bus-message.js";
export type { MessageBound } from "./message-bound.js";
export type * from "./secret-store.js";
export type * from "./session-store.js";

/** The one source of time and waiting, so that a test and the simulation can hold it. */
export interface Clock {
  /** Milliseconds since the epoch; never goes backwards. */
  now(): number;
  setTimeout(run: () => void, delayMs: number): Timer;
}

export interface Timer {
  cancel(): void;
}

/** Where what went wrong is written; `fields` never hold a secret or a message's content. */
export interface Log {
  info(message: string, fields?: JsonObject): void;
  warn(message: string, fields?: JsonObject): void;
  error(message: string, fields?: JsonObject): void;
}

/* ---- the bus ---- */

export interface BusSubscription {
  /** Resolves once what others publish from now on is heard. */
  readonly ready: Promise<void>;
  close(): void;
}

/** Carries, and may lose, repeat or delay. Nothing depends on it but speed. */
export interface EventBus {
  /** Never throws and is never waited for. */
  publish(subject: string, message: BusMessage): void;
  subscribe(subject: string, hear: (message: BusMessage) => void): BusSubscription;
  /** Called whenever messages may have been lost, a reconnect above all. */
  onGap(listener: () => void): void;
  readonly status: "ok" | "down";
  close(): Promise<void>;
}

/** Lets nodes see what the others hold; a node that died takes its part with it. */
export interface Presence {
  /** Says what this node holds now; null for nothing. */
  report(sessionId: string, held: Held | null): void;
  elsewhere(sessionIds: readonly string[]): Promise<ReadonlyMap<string, Held>>;
}

/* ---- agents ---- */

export interface AgentTurn {
  readonly sessionId: string;
  readonly channelId: string;
  readonly userId: string;
  /** The user's message as stored. */
  readonly message: Message;
  /** What came before it in the channel, oldest first; at most the agent's `historyLimit`. */
  readonly history: readonly Message[];
  /** Fires when the session ends or the reply takes too long; nobody reads the reply after that. */
  readonly signal: AbortSignal;
}

export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly timeoutConfig?: TimeoutConfigInput | undefined;
  /** How long a whole reply may take. */
  readonly replyTimeoutSeconds: number;
  /** How many earlier messages a turn needs; 0 spares the read. */
  readonly historyLimit: number;
  /** Pieces of the reply in order. Throws where the agent's side fails. */
  reply(turn: AgentTurn): AsyncIterable<string>;
}

export interface AgentDirectory {
  get(agentId: string): Agent | undefined;
  list(): readonly Agent[];
}

/* ---- listeners ---- */

/** An event serialised once for all who hear it; a wire may keep its own form of it in `wireForms`. */
export interface EventFrame {
  readonly event: SessionEvent;
  readonly json: string;
  /** Keyed by wire. */
  readonly wireForms: Map<string, unknown>;
}

/** Why a listener is let go without its session having ended; the wire turns it into its own close. */
export type DropCause = "too_slow" | "draining";

/** One live connection's end of the hub. No method throws; none is called after `end` or `drop`. */
export interface ListenerWriter {
  write(frame: EventFrame): void;
  /** Bytes written that the peer has not taken yet. */
  readonly waitingBytes: number;
  /** Resolves when more may be written without piling up; also once the connection is gone. */
  drained(): Promise<void>;
  /** After `session.ended` was written: complete, then close as the wire does. */
  end(): void;
  drop(cause: DropCause): void;
  /** Cut the connection without a word; for a peer that did not answer `end` in time. May come after `end`. */
  destroy(): void;
}

/** Everything the domain needs of the world. */
export interface Ports {
  readonly clock: Clock;
  readonly store: SessionStore;
  readonly bus: EventBus;
  readonly presence: Presence;
  readonly agents: AgentDirectory;
  readonly log: Log;
  /** A UUID no one has had before. */
  readonly newId: () => string;
}
