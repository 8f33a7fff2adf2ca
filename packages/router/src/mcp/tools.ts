import { inputs, outputs } from "@adjourn/sessions";
import { z } from "zod";
import { accessTable } from "../access.js";
import type { OperationName } from "../call-operation.js";
import type { Principal } from "../context.js";

type Fields = Readonly<Record<string, unknown>>;

/** A tool of the MCP server: an operation under the tool's name, with its input and output as an assistant sees them. */
export interface Tool {
  readonly description: string;
  readonly input: z.ZodType;
  readonly output: z.ZodObject;
  /** The operations that may answer the tool. It is listed for a role that may call one of them. */
  readonly operations: readonly OperationName[];
  readonly annotations: typeof reads | typeof ends;
  /** The operation and the input for the arguments of a call. Both are checked by the call, as on every wire. */
  readonly toCall: (given: Fields) => { readonly operation: OperationName; readonly input: Fields };
}

const reads = { readOnlyHint: true, openWorldHint: false } as const;
const ends = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: true,
  openWorldHint: false,
} as const;

const { limit, before } = inputs.getChannelMessages.shape;
const transcriptInput = z.object({
  channelId: inputs.getChannelMessages.shape.channelId.optional(),
  sessionId: inputs.getSession.shape.sessionId.optional(),
  limit,
  before,
});

const toOperation = (operation: OperationName, given: Fields) => ({ operation, input: given });

/** Every tool by its name (contract §13). */
export const tools: Readonly<Record<string, Tool>> = {
  list_sessions: {
    description: "List live sessions, newest first. A service key must give a userId.",
    input: inputs.listSessions,
    output: outputs.listSessions.pick({ sessions: true, total: true, nextCursor: true }),
    operations: ["listSessions"],
    annotations: reads,
    toCall: (given) => toOperation("listSessions", given),
  },
  get_session: {
    description: "Show one live session: its agent, user, metadata and timeouts.",
    input: inputs.getSession,
    output: outputs.getSession,
    operations: ["getSession"],
    annotations: reads,
    toCall: (given) => toOperation("getSession", given),
  },
  read_transcript: {
    description:
      "Read messages, newest first. Give either a channelId, which also works after the session has ended, or the sessionId of a live session. For older messages, give the id of the oldest one as before.",
    input: transcriptInput,
    output: outputs.getChannelMessages.pick({ messages: true, hasMore: true }),
    operations: ["getChannelMessages", "getSessionMessages"],
    annotations: reads,
    toCall: (given) =>
      given.sessionId === undefined
        ? toOperation("getChannelMessages", given)
        : toOperation("getSessionMessages", given),
  },
  end_session: {
    description:
      "End one session for good: its listeners are disconnected and its replies in flight are aborted. The history is kept.",
    input: inputs.endSession.pick({ sessionId: true, reason: true }),
    output: outputs.endSession,
    operations: ["endSession"],
    annotations: ends,
    toCall: (given) => toOperation("endSession", given),
  },
  end_sessions: {
    description:
      "End all sessions that match every given filter; at least one filter is needed. Only counts them unless dryRun is false.",
    input: inputs.endSessions.safeExtend({ dryRun: z.boolean().default(true) }),
    output: outputs.endSessions,
    operations: ["endSessions"],
    annotations: ends,
    toCall: (given) => toOperation("endSessions", { dryRun: true, ...given }),
  },
  cancel_reply: {
    description: "Stop one reply that is being written. The session stays live.",
    input: inputs.cancelReply,
    output: outputs.cancelReply.pick({ stored: true }),
    operations: ["cancelReply"],
    annotations: ends,
    toCall: (given) => toOperation("cancelReply", given),
  },
  block_user: {
    description:
      "Block a user until a time, or for good: ends the user's live sessions and refuses new ones. A second call replaces the block.",
    input: inputs.blockUser,
    output: outputs.blockUser,
    operations: ["blockUser"],
    annotations: ends,
    toCall: (given) => toOperation("blockUser", given),
  },
  list_endings: {
    description: "List ended sessions, newest first: by whom, when and why each was ended, and what was cut.",
    input: inputs.listEndings,
    output: outputs.listEndings,
    operations: ["listEndings"],
    annotations: reads,
    toCall: (given) => toOperation("listEndings", given),
  },
  get_ending: {
    description: "Show how one session ended: by whom, when, why, and what was cut.",
    input: inputs.getEnding,
    output: outputs.getEnding,
    operations: ["getEnding"],
    annotations: reads,
    toCall: (given) => toOperation("getEnding", given),
  },
};

/** Whether a caller's role may use the tool, for some input at least. */
export const mayUse = ({ operations }: Tool, { role }: Principal): boolean =>
  role !== "nobody" && operations.some((operation) => accessTable[operation][role] !== "no");
