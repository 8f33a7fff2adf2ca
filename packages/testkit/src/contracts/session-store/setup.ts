import type {
  Caller,
  CreateOutcome,
  EndingRecord,
  Message,
  MessageDraft,
  ReplyDraft,
  SecretStore,
  Session,
  SessionDraft,
  SessionStore,
  TimeoutConfig,
} from "@adjourn/sessions";

/** An empty store whose clock moves only by `advance`. */
export interface OpenStore {
  readonly store: SessionStore & SecretStore;
  /** Another node on the same data. It is the same object if only one process can use it. */
  readonly other: SessionStore & SecretStore;
  /** Lets `ms` pass on the store's clock, on every node. */
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
}

export const minute = 60_000;

/** A timeout of 30 minutes, at most 12 hours, and a warning 5 minutes before the expiry. */
export const timeouts: TimeoutConfig = {
  timeoutMinutes: 30,
  autoRenew: true,
  maxDurationMinutes: 720,
  warningThresholdMinutes: 5,
};

export const admin: Caller = { endedBy: "admin", actor: "ops" };

export type DraftParts = Partial<Omit<SessionDraft, "timeoutConfig">> & {
  readonly timeoutConfig?: Partial<TimeoutConfig>;
};

/** A session on a new channel, with its own user and agent unless `given` says otherwise. */
export const newSessionDraft = (given: DraftParts = {}): SessionDraft => ({
  sessionId: crypto.randomUUID(),
  channelId: crypto.randomUUID(),
  agentId: crypto.randomUUID(),
  userId: crypto.randomUUID(),
  metadata: {},
  continues: false,
  ...given,
  timeoutConfig: { ...timeouts, ...given.timeoutConfig },
});

/** A user's message that begins a reply. */
export const newMessageDraft = (sessionId: string, given: Partial<MessageDraft> = {}): MessageDraft => ({
  id: crypto.randomUUID(),
  sessionId,
  content: "hello",
  metadata: {},
  attachments: null,
  reply: { messageId: crypto.randomUUID(), nodeId: "node" },
  idempotency: null,
  ...given,
});

/** A test's store, with the steps that most tests start with. */
export class Setting {
  constructor(private readonly opened: OpenStore) {}

  get store(): SessionStore & SecretStore {
    return this.opened.store;
  }

  get other(): SessionStore & SecretStore {
    return this.opened.other;
  }

  advance(ms: number): Promise<void> {
    return this.opened.advance(ms);
  }

  async create(given: DraftParts = {}): Promise<Session> {
    return created(await this.store.createSession(newSessionDraft(given), null));
  }

  /** Creates a session on an earlier session's channel, of the same user. */
  continueOn({ channelId, userId }: Session): Promise<CreateOutcome> {
    return this.store.createSession(newSessionDraft({ channelId, userId, continues: true }), null);
  }

  message({ sessionId }: Session, given: Partial<MessageDraft> = {}): MessageDraft {
    return newMessageDraft(sessionId, given);
  }

  /** Stores a user's message. @returns the reply that began with it, as its agent would finish it */
  async ask(session: Session, given: Partial<MessageDraft> = {}): Promise<ReplyDraft> {
    const draft = this.message(session, given);
    const stored = await this.store.appendMessage(draft);
    if (stored.outcome !== "stored") throw new Error(`The message met ${JSON.stringify(stored)}`);
    return {
      messageId: draft.reply.messageId,
      sessionId: draft.sessionId,
      inReplyTo: draft.id,
      content: "hi",
      finishReason: "stop",
      usage: null,
    };
  }

  /** Stores a message and the agent's reply to it. @returns the reply */
  async converse(session: Session, given: Partial<ReplyDraft> = {}): Promise<Message> {
    const outcome = await this.store.appendReply({ ...(await this.ask(session)), ...given });
    if (outcome.outcome !== "stored") throw new Error(`The reply met ${JSON.stringify(outcome)}`);
    return outcome.message;
  }

  async say(session: Session, content = "hello", given: Partial<MessageDraft> = {}): Promise<Message> {
    const outcome = await this.store.appendMessage(this.message(session, { content, ...given }));
    if (outcome.outcome !== "stored") throw new Error(`The message met ${JSON.stringify(outcome)}`);
    return outcome.message;
  }

  end({ sessionId }: Session, reason: string | null = null, idempotencyKey: string | null = null) {
    return this.store.endSession({ sessionId, reason, caller: admin, idempotencyKey });
  }

  async ended(session: Session, reason: string | null = null): Promise<EndingRecord> {
    const outcome = await this.end(session, reason);
    if (outcome.outcome !== "ended") throw new Error(`The end met ${JSON.stringify(outcome)}`);
    return outcome.ending;
  }

  endMatching(filter: Parameters<SessionStore["endMatching"]>[0], limit = 1_000) {
    return this.store.endMatching(filter, { reason: "cleared", caller: admin, limit });
  }

  async page(range: Parameters<SessionStore["listMessages"]>[0]) {
    const outcome = await this.store.listMessages(range);
    if (outcome.outcome !== "page") throw new Error(`The page met ${JSON.stringify(outcome)}`);
    return { contents: outcome.messages.map(({ content }) => content), hasMore: outcome.hasMore };
  }
}

export const created = (outcome: CreateOutcome): Session => {
  if (outcome.outcome !== "created") throw new Error(`The creation met ${JSON.stringify(outcome)}`);
  return outcome.session;
};
