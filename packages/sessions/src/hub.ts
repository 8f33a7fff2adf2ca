import type { EndingRecord } from "./ending.js";
import { addToEnding, nothingCut } from "./ending-counts.js";
import { HubEntry } from "./hub-entry.js";
import { inBackground } from "./in-background.js";
import type { BusMessage, DropCause, EndingCounts, EventBody, Held, MessageBody, Ports } from "./ports.js";
import { repeat } from "./repeat.js";
import { toIso } from "./session.js";
import type { SessionsSettings } from "./settings.js";

/** Subject of what is said of one session. */
const subjectOf = (sessionId: string): string => `session.${sessionId}`;

/** Sessions asked for in one look at the store. */
const lookBatch = 1_000;

/** Told of whatever admins may want to see. */
export interface HubObserver {
  changed(sessionId: string): void;
  ended(ending: EndingRecord, counts: EndingCounts): void;
}

/**
 * What this process holds, session by session: who listens and what is pending. {@link Hub.end} and
 * {@link Hub.release} are the only ways out for an ended session, whatever ended it and wherever.
 */
export class Hub {
  private readonly entries = new Map<string, HubEntry>();
  private uniques = 0;
  private told = 0;
  private readonly uniqueTag: string;
  private readonly stopLooking: () => void;

  constructor(
    private readonly ports: Ports,
    private readonly settings: Pick<SessionsSettings, "nodeId" | "lookEveryMs">,
    private readonly observer: HubObserver,
  ) {
    this.uniqueTag = ports.newId().slice(0, 8);
    const { lookEveryMs } = settings;
    this.stopLooking = lookEveryMs === null ? () => {} : repeat(ports, lookEveryMs, () => this.look());
    ports.bus.onGap(() => inBackground(ports.log, "The look after a gap failed", this.look()));
  }

  /** The entry of a session, made if there is none; {@link leaveIfEmpty} takes it away again. */
  enter(sessionId: string): HubEntry {
    const existing = this.entries.get(sessionId);
    if (existing) return existing;
    const subscription = this.ports.bus.subscribe(subjectOf(sessionId), (message) =>
      this.hear(sessionId, message),
    );
    const entry = new HubEntry(
      sessionId,
      this.ports,
      () => this.nextUnique(),
      subscription,
      (changed) => this.onChange(changed),
    );
    this.entries.set(sessionId, entry);
    return entry;
  }

  /** For an entry that was made for something which then did not stay. */
  leaveIfEmpty(entry: HubEntry): void {
    if (entry.isEmpty && this.entries.get(entry.sessionId) === entry) this.remove(entry);
  }

  /** A message that the store has accepted, here: to this node's listeners, then to the others. */
  message(sessionId: string, seq: number, at: string, body: MessageBody): void {
    this.entries.get(sessionId)?.deliver({ seq, at, body });
    this.publish(sessionId, { kind: "message", origin: this.settings.nodeId, seq, at, body });
    this.observer.changed(sessionId);
  }

  event(sessionId: string, body: EventBody): void {
    const at = toIso(this.ports.store.now());
    this.entries.get(sessionId)?.deliver({ seq: null, at, body });
    this.told += 1;
    this.publish(sessionId, { kind: "event", origin: this.settings.nodeId, nth: this.told, at, body });
  }

  /** The same for what a session is from now on, which admins see too. */
  stateChanged(sessionId: string, body: EventBody): void {
    this.event(sessionId, body);
    this.observer.changed(sessionId);
  }

  /** This node ended the session: releases it here, tells the others, and adds what was cut to the ending. */
  end(ending: EndingRecord): void {
    const counts = this.release(ending);
    this.publish(ending.sessionId, { kind: "ended", origin: this.settings.nodeId, ending });
    this.observer.ended(ending, counts);
  }

  /** Lets go of an ended session, once, and adds what was cut to its ending in the store. @returns what this call cut */
  release(ending: EndingRecord): EndingCounts {
    const entry = this.entries.get(ending.sessionId);
    if (!entry) return nothingCut;
    this.remove(entry);
    const counts = entry.release(ending);
    if (counts.listenersDropped + counts.operationsAborted > 0)
      addToEnding(this.ports, ending.sessionId, counts);
    return counts;
  }

  /** Holds what is held here against the store: what is over is released, what was lost is fetched. */
  async look(): Promise<void> {
    const sessionIds = [...this.entries.keys()];
    for (let from = 0; from < sessionIds.length; from += lookBatch)
      await this.lookAt(sessionIds.slice(from, from + lookBatch));
  }

  heldOf(sessionId: string): Held {
    return this.entries.get(sessionId)?.held ?? { listeners: 0, replies: [] };
  }

  totals(): { readonly sessions: number; readonly listeners: number; readonly operations: number } {
    let listeners = 0;
    let operations = 0;
    for (const { sizes } of this.entries.values()) {
      listeners += sizes.listeners;
      operations += sizes.operations;
    }
    return { sessions: this.entries.size, listeners, operations };
  }

  dropListeners(cause: DropCause): void {
    for (const entry of [...this.entries.values()]) entry.dropListeners(cause);
  }

  abortOperations(cause: Error): void {
    for (const entry of [...this.entries.values()]) entry.abortOperations(cause);
  }

  close(): void {
    this.stopLooking();
    for (const entry of [...this.entries.values()]) this.remove(entry);
  }

  private hear(sessionId: string, message: BusMessage): void {
    if (message.origin === this.settings.nodeId) return;
    if (message.kind === "ended") {
      // What is said on one session's subject ends no other.
      if (message.ending.sessionId === sessionId) this.release(message.ending);
    } else if (message.kind === "message" || message.kind === "event") {
      const { at, body } = message;
      const entry = this.entries.get(sessionId);
      if (message.kind === "message") entry?.deliver({ seq: message.seq, at, body });
      else if (entry?.isNews(message.origin, message.nth)) entry.deliver({ seq: null, at, body });
    }
  }

  private publish(sessionId: string, message: BusMessage): void {
    this.ports.bus.publish(subjectOf(sessionId), message);
  }

  private onChange(entry: HubEntry): void {
    if (this.entries.get(entry.sessionId) !== entry) return;
    if (entry.isEmpty) this.remove(entry);
    else this.ports.presence.report(entry.sessionId, entry.held);
    this.observer.changed(entry.sessionId);
  }

  private remove(entry: HubEntry): void {
    this.entries.delete(entry.sessionId);
    entry.subscription.close();
    this.ports.presence.report(entry.sessionId, null);
  }

  private async lookAt(sessionIds: readonly string[]): Promise<void> {
    try {
      const live = await this.ports.store.readLastSeqs(sessionIds);
      const missing = sessionIds.filter((sessionId) => !live.has(sessionId));
      if (missing.length > 0)
        for (const ending of await this.ports.store.readEndings(missing)) this.release(ending);
      for (const [sessionId, lastSeq] of live) this.entries.get(sessionId)?.catchUpTo(lastSeq);
    } catch (cause) {
      this.ports.log.warn("The look at the store failed; the next one is due soon", { cause: String(cause) });
    }
  }

  private nextUnique(): string {
    this.uniques += 1;
    return `${this.uniqueTag}-${this.uniques.toString(36)}`;
  }
}
