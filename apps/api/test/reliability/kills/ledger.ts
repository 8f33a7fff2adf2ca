import { randomUUID } from "node:crypto";

/** One call that ends a session, as far as its caller knows: no status while no answer has come. */
export interface EndCall {
  readonly key: string;
  answer: { readonly status: number; readonly text: string } | null;
}

/** What a session's callers may hold the server to. */
export interface SessionNote {
  readonly sessionId: string;
  readonly channelId: string;
  readonly createKey: string;
  readonly createBody: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
  /** Contents that were sent and not refused: they may be stored. Every content is unique. */
  readonly possible: Set<string>;
  /** Contents that were refused with 404: they may not be. */
  readonly refused: Set<string>;
  /** Messages by id that were acknowledged or received by a subscriber: they must be stored. */
  readonly acknowledged: Map<string, string>;
  /** Ids of messages in the order in which the subscriber received them. */
  readonly received: string[];
  lastEventId: string | null;
  isListenedTo: boolean;
  renewalCount: number;
  readonly ends: EndCall[];
  /** The channel as it was read right after the first answer that said that the session is over. */
  frozen: string | null;
}

/** A create whose answer never came. */
export interface OpenCreate {
  readonly key: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Everything that was asked and answered, across all lives of the process. */
export class Ledger {
  readonly notes: SessionNote[] = [];
  readonly openCreates: OpenCreate[] = [];
  readonly figures = {
    answers: 0,
    creates: 0,
    messages: 0,
    ends: 0,
    renewals: 0,
    unanswered: 0,
    received: 0,
  };
  private readonly touchedNotes = new Set<SessionNote>();

  created(create: OpenCreate, answer: Readonly<Record<string, unknown>>): SessionNote {
    const note: SessionNote = {
      sessionId: String(answer.sessionId),
      channelId: String(answer.channelId),
      createdAt: String(answer.createdAt),
      createKey: create.key,
      createBody: create.body,
      possible: new Set(),
      refused: new Set(),
      acknowledged: new Map(),
      received: [],
      lastEventId: null,
      isListenedTo: false,
      renewalCount: 0,
      ends: [],
      frozen: null,
    };
    this.notes.push(note);
    this.touchedNotes.add(note);
    return note;
  }

  touch(note: SessionNote): void {
    this.touchedNotes.add(note);
  }

  /** Everything asked about since this was last called. */
  takeTouched(): readonly SessionNote[] {
    const touched = [...this.touchedNotes];
    this.touchedNotes.clear();
    return touched;
  }

  /** The newest sessions, over or not: those are what the load works on. */
  recent(): readonly SessionNote[] {
    return this.notes.slice(-24);
  }
}

export const newEndCall = (): EndCall => ({ key: randomUUID(), answer: null });
