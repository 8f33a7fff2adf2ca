import type { BusMessage } from "./bus-message.js";

export interface BusSubscription {
  /** Resolves once every message published from then on is received. */
  readonly ready: Promise<void>;
  close(): void;
}

/** May lose, repeat or delay messages. Only speed depends on it, never correctness. */
export interface EventBus {
  /** Never throws. Nothing waits for it. */
  publish(subject: string, message: BusMessage): void;
  subscribe(subject: string, onMessage: (message: BusMessage) => void): BusSubscription;
  /** Calls `onGap` whenever messages may have been lost, after a reconnect above all. */
  onGap(onGap: () => void): void;
  readonly status: "ok" | "down";
  close(): Promise<void>;
}
