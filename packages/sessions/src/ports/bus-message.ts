import { z } from "zod";
import { endingSchema } from "../model/ending.js";
import { errorCodes } from "../model/errors.js";
import { messageInfoSchema } from "../model/message.js";
import { longestReplyCharacters, partialTextSchema } from "../model/reply.js";
import { isoTimeSchema, sessionInfoSchema } from "../model/session.js";
import { lastMessageSchema, limits, sessionRowSchema } from "../schemas/index.js";

const name = z.string().min(1).max(256);
const count = z.int().min(0);
/** Milliseconds since the epoch, within the range of a `Date`. */
const milliseconds = count.max(8_640_000_000_000_000);

const ofState = z.object({
  type: z.enum(["session.renewed", "session.updated", "session.expiring"]),
  session: sessionInfoSchema,
});
const delta = z.object({
  type: z.literal("message.delta"),
  messageId: name,
  inReplyTo: name,
  index: count,
  text: z.string(),
});
const failure = z.object({
  type: z.literal("message.failed"),
  inReplyTo: name,
  code: z.enum(errorCodes),
});
/** The text so far of a reply, from the node that runs it. */
const textSoFar = z.object({
  messageId: name,
  inReplyTo: name,
  text: z.string().max(longestReplyCharacters),
  nextIndex: count,
});
const stored = z.object({ type: z.literal("message"), message: messageInfoSchema });

const endingRecord = endingSchema.extend({
  sessionId: name,
  channelId: name,
  agentId: name,
  userId: name,
  createdAt: milliseconds,
  expiresAt: milliseconds,
  lastSeq: count,
  endedAt: milliseconds,
});

/** A node of the version before publishes rows without a last message. */
const createdRow = sessionRowSchema.extend({ lastMessage: lastMessageSchema.nullable().default(null) });

const origin = name;

/** Continues the trace of an end on other nodes. One in an unknown form is no reason to miss the end. */
const traceparent = z
  .string()
  .regex(/^00-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/)
  .optional()
  .catch(undefined);

/** The messages between nodes. `origin` is the publishing node, which ignores its own messages. */
export const busMessage = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("message"), origin, seq: count, at: isoTimeSchema, body: stored }),
  /** `nth` numbers the events of `origin`, so that receivers can drop repeated and late ones. */
  z.object({
    kind: z.literal("event"),
    origin,
    nth: count,
    at: isoTimeSchema,
    body: z.discriminatedUnion("type", [ofState, delta, failure]),
  }),
  z.object({ kind: z.literal("ended"), origin, ending: endingRecord, traceparent }),
  /** A reply was cancelled in the store. The node that runs it aborts it. */
  z.object({ kind: z.literal("cancelled"), origin, messageId: name, partial: partialTextSchema }),
  /** Asks the nodes that run replies of the session for their text so far. */
  z.object({ kind: z.literal("texts.requested"), origin }),
  z.object({ kind: z.literal("text"), origin, reply: textSoFar }),
  z.object({ kind: z.literal("created"), origin, session: createdRow }),
  z.object({ kind: z.literal("changed"), origin, sessionId: name }),
]);

export type BusMessage = z.infer<typeof busMessage>;
/** The text so far of a reply that another node runs. */
export type TextSoFar = z.infer<typeof textSoFar>;
/** The body for a message that the store has accepted. */
export type MessageBody = Extract<BusMessage, { kind: "message" }>["body"];
/** The body for every other event of a session except its end. */
export type EventBody = Extract<BusMessage, { kind: "event" }>["body"];

/** What one node, or all other nodes together, hold of a session. */
export const presenceRecord = z.object({
  listeners: count.max(1_000_000),
  replies: z
    .array(z.object({ messageId: name, inReplyTo: name }))
    .max(limits.inFlightReplies)
    .readonly(),
});

export type PresenceRecord = z.infer<typeof presenceRecord>;
