import type { AgentTurn, Clock, JsonObject, Message, ReplyEnd } from "@adjourn/sessions";

export const messageOf = (content: string, change: Partial<Message> = {}): Message => ({
  id: "11111111-1111-4111-8111-111111111111",
  channelId: "22222222-2222-4222-8222-222222222222",
  seq: 1,
  authorId: "33333333-3333-4333-8333-333333333333",
  isAgent: false,
  inReplyTo: null,
  content,
  metadata: {},
  attachments: null,
  finishReason: null,
  usage: null,
  createdAt: 1_750_000_000_000,
  ...change,
});

export const turnOf = (
  content: string,
  change: { metadata?: JsonObject; signal?: AbortSignal; history?: readonly Message[] } = {},
): AgentTurn => {
  const message = messageOf(content, change.metadata ? { metadata: change.metadata } : {});
  return {
    sessionId: "44444444-4444-4444-8444-444444444444",
    channelId: message.channelId,
    userId: message.authorId,
    message,
    history: change.history ?? [],
    signal: change.signal ?? new AbortController().signal,
  };
};

/** The text of a reply, piece by piece. */
export const collect = async (reply: AsyncIterable<string | ReplyEnd>): Promise<string[]> => {
  const pieces: string[] = [];
  for await (const part of reply) if (typeof part === "string") pieces.push(part);
  return pieces;
};

/** How a reply ended, from all that the agent gave. */
export const collectEnd = async (reply: AsyncIterable<string | ReplyEnd>): Promise<ReplyEnd> => {
  let end: ReplyEnd = {};
  for await (const part of reply) if (typeof part !== "string") end = { ...end, ...part };
  return end;
};

/** A clock that moves only on request. `waiting` has the delays that have not elapsed. */
export const createStoppedClock = (): Clock & { readonly waiting: number[]; advance(): void } => {
  const timers = new Map<object, { run: () => void; delayMs: number }>();
  return {
    now: () => 1_750_000_000_000,
    setTimeout(run, delayMs) {
      const timer = { cancel: () => void timers.delete(timer) };
      timers.set(timer, { run, delayMs });
      return timer;
    },
    get waiting() {
      return [...timers.values()].map(({ delayMs }) => delayMs);
    },
    advance() {
      const due = [...timers.values()];
      timers.clear();
      for (const { run } of due) run();
    },
  };
};
