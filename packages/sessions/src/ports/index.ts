import type { AgentDirectory } from "./agent.js";
import type { Clock } from "./clock.js";
import type { EventBus } from "./event-bus.js";
import type { Log } from "./log.js";
import type { Presence } from "./presence.js";
import type { SessionStore } from "./session-store.js";
import type { Tracer } from "./tracer.js";
import type { WebhookSender } from "./webhook-sender.js";

export type { MessageBound } from "../paging/message-bound.js";
export type * from "./agent.js";
export type * from "./block-store.js";
export type * from "./bus-message.js";
export type * from "./clock.js";
export type * from "./event-bus.js";
export type * from "./lists.js";
export type * from "./log.js";
export type * from "./page.js";
export type * from "./presence.js";
export type * from "./reply-store.js";
export type * from "./secret-store.js";
export type * from "./session-store.js";
export type * from "./statistics-store.js";
export type * from "./subscriber-sink.js";
export type * from "./tracer.js";
export type * from "./webhook-sender.js";
export type * from "./webhook-store.js";

/** Everything that the domain needs from outside. */
export interface Ports {
  readonly clock: Clock;
  readonly store: SessionStore;
  readonly bus: EventBus;
  readonly presence: Presence;
  readonly agents: AgentDirectory;
  readonly log: Log;
  /** A new UUID in lower case, which the search for the ids of sessions relies on. */
  readonly newId: () => string;
  /** Missing if no webhooks are configured. */
  readonly webhookSender?: WebhookSender | undefined;
  /** Missing if no traces are exported. */
  readonly tracer?: Tracer | undefined;
}
