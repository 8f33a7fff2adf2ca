import type { ErrorCode } from "@adjourn/sessions";
import type { RestOperation } from "../routes.js";

export interface OperationDoc {
  readonly tag: "messaging" | "agents" | "system";
  readonly summary: string;
  readonly description?: string;
  /** Error codes besides those that every operation, or every operation with a body, can have. */
  readonly errors: readonly ErrorCode[];
}

const onLive = ["SESSION_NOT_FOUND", "SESSION_EXPIRED"] as const;

/** The texts and error codes that the OpenAPI document adds to each operation's schema and route. */
export const operationDocs: Readonly<Record<RestOperation, OperationDoc>> = {
  createSession: {
    tag: "messaging",
    summary: "Create a session",
    description:
      "Starts a conversation between a user and an agent on a new channel, or, with `channelId`, on the channel of an " +
      "earlier session of the same user that is over. The answer has a `token` where keys are in use.",
    errors: [
      "INVALID_TIMEOUT_CONFIG",
      "AGENT_NOT_FOUND",
      "USER_BLOCKED",
      "CHANNEL_NOT_FOUND",
      "CHANNEL_IN_USE",
      "IDEMPOTENCY_KEY_REUSED",
    ],
  },
  listSessions: {
    tag: "messaging",
    summary: "List live sessions, newest first",
    description:
      "All filters that are given must match. `activity` lists those with a reply in flight (`replying`) or with listeners " +
      "(`listened`), on all nodes.",
    errors: [],
  },
  getSessionsHealth: { tag: "system", summary: "How many sessions live", errors: [] },
  getSession: { tag: "messaging", summary: "Get a session", errors: onLive },
  endSession: {
    tag: "messaging",
    summary: "End a session",
    description:
      "Ends the session at once, whatever its timeout: listeners are dropped, replies under way are aborted and not " +
      "stored, and nothing brings the session back. Channel and messages stay. Of concurrent calls exactly one answers " +
      "200; a retry with the same `Idempotency-Key` gets that answer again.",
    errors: ["SESSION_NOT_FOUND"],
  },
  endSessions: {
    tag: "messaging",
    summary: "End every session that matches",
    description:
      "At least one filter is needed, and a session must match all that are given. With `dryRun` nothing is ended; with " +
      "`countCut` the answer then also has the `listeners` and `replies` that the end would cut, on all nodes.",
    errors: [],
  },
  renewSession: {
    tag: "messaging",
    summary: "Renew a session",
    errors: [...onLive, "SESSION_RENEWAL_FAILED"],
  },
  updateSessionTimeout: {
    tag: "messaging",
    summary: "Change a session's timeout",
    description:
      "What is not named stays as it was. The time left counts anew from the last activity; a result in the past " +
      "expires the session at once.",
    errors: [...onLive, "INVALID_TIMEOUT_CONFIG"],
  },
  sessionHeartbeat: { tag: "messaging", summary: "Keep a session alive", errors: onLive },
  sendSessionMessage: {
    tag: "messaging",
    summary: "Send a message",
    description:
      "Transport `websocket` answers at once and the reply reaches the listeners; `http` waits for the whole reply; " +
      "`sse` streams it as `user_message`, `chunk`, then `done` or `error`. `mode` is the older name: `sync`, `stream`, " +
      "`websocket`. A retry with the same `Idempotency-Key` and body stores nothing and gets the first answer.",
    errors: [
      ...onLive,
      "IDEMPOTENCY_KEY_REUSED",
      "SESSION_ENDED",
      "REPLY_CANCELLED",
      "AGENT_FAILED",
      "AGENT_TIMEOUT",
    ],
  },
  cancelReply: {
    tag: "messaging",
    summary: "Cancel one reply",
    description:
      "The session lives on. `messageId` is the reply's, or that of the message it answers. With `keep` the text so far is " +
      "stored with `finishReason` `cancelled`; with `discard`, or without text, nothing is stored and whoever waits for " +
      "the reply gets `REPLY_CANCELLED`. Of concurrent calls exactly one answers 200.",
    errors: [...onLive, "REPLY_NOT_FOUND"],
  },
  getSessionMessages: {
    tag: "messaging",
    summary: "Read a session's messages, newest first",
    description:
      "`before` and `after` take a time in milliseconds, an ISO 8601 time or a message id, and exclude it.",
    errors: onLive,
  },
  sessionEvents: {
    tag: "messaging",
    summary: "Subscribe to a session's events",
    description:
      "A stream of events, JSON each, the first `session.started`, the last `session.ended`. `Last-Event-ID` or " +
      "`lastEventId` resumes behind the last one seen. A WebSocket upgrade of the same path carries the same events.",
    errors: onLive,
  },
  getChannelMessages: {
    tag: "messaging",
    summary: "Read a channel's messages, newest first, whether or not a session lives on it",
    errors: ["CHANNEL_NOT_FOUND"],
  },
  eraseChannel: {
    tag: "messaging",
    summary: "Erase a channel's history for good",
    errors: ["CHANNEL_NOT_FOUND", "CHANNEL_IN_USE"],
  },
  exportChannel: {
    tag: "messaging",
    summary: "Download a channel's messages, oldest first",
    description:
      "As a JSON array, Markdown or CSV. In CSV a cell that begins like a formula gets a `'` before it. Also with `?ticket=`, " +
      "for a browser's download.",
    errors: ["CHANNEL_NOT_FOUND"],
  },
  exportEndings: {
    tag: "messaging",
    summary: "Download how sessions ended, newest first",
    description: "One JSON object a line, or CSV. Otherwise like `exportChannel`.",
    errors: [],
  },
  eraseUser: {
    tag: "messaging",
    summary: "Erase every channel of a user for good",
    description: "All of them, or none while a session of the user lives. A block of the user stays.",
    errors: ["CHANNEL_IN_USE"],
  },
  listEndings: { tag: "messaging", summary: "List how sessions ended, newest first", errors: [] },
  getEnding: {
    tag: "messaging",
    summary: "Get how a session ended",
    description:
      "Who ended it, when and why, and how many listeners and operations the end cut on all nodes, complete 5 s after " +
      "the end.",
    errors: ["SESSION_NOT_FOUND"],
  },
  blockUser: {
    tag: "messaging",
    summary: "Block a user",
    description:
      "Ends the user's live sessions and refuses new ones until the block ends. `until` is a time in the future; without " +
      "it the block holds for good. A second call replaces the block.",
    errors: [],
  },
  unblockUser: { tag: "messaging", summary: "Unblock a user", errors: ["BLOCK_NOT_FOUND"] },
  listBlocks: { tag: "messaging", summary: "List the blocks that hold, newest first", errors: [] },
  getStatistics: {
    tag: "messaging",
    summary: "Get figures over time and by agent",
    description:
      "Sessions live at `points` moments from `from` to `to` (now, if missing; at most 92 days), endings by cause between " +
      "them, tokens, and figures by agent. Tokens count the sessions that were live in the range, each whole. " +
      "`dropLatency` is measured by the node that answers.",
    errors: [],
  },
  issueTicket: {
    tag: "system",
    summary: "Get a ticket with the caller's own rights",
    description:
      "Good for 60 s, as `?ticket=` or in a WebSocket's `connectionParams.token`, for what cannot set a header.",
    errors: onLive,
  },
  listWebhookDeliveries: {
    tag: "system",
    summary: "List webhook deliveries of the last 7 days, newest first",
    errors: [],
  },
  resendWebhook: {
    tag: "system",
    summary: "Send a webhook again",
    description: "Makes one more attempt of the same delivery, with the same `webhook-id`.",
    errors: ["NOT_FOUND"],
  },
  listAgents: { tag: "agents", summary: "List the agents", errors: [] },
};
