import { runEvery } from "../async/run-every.js";
import { runInBackground } from "../async/run-in-background.js";
import type { EndingRecord } from "../model/ending.js";
import { addToEnding, nothingCut } from "../model/ending-counts.js";
import { toIso } from "../model/session.js";
import type {
  BusMessage,
  DropCause,
  EndingCounts,
  EventBody,
  MessageBody,
  Ports,
  PresenceRecord,
} from "../ports/index.js";
import type { SessionServiceSettings } from "../settings.js";
import { SessionChannel } from "./session-channel.js";

/** Subject of what is said of one session. */
const subjectOf = (sessionId: string): string => `session.${sessionId}`;

/** Sessions asked for in one look at the store. */
const reconcileBatchSize = 1_000;

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
  private readonly channels = new Map<string, SessionChannel>();
  private uniques = 0;
  private eventCount = 0;
  private readonly uniqueTag: string;
  private readonly stopReconciler: () => void;

  constructor(
    private readonly ports: Ports,
    private readonly settings: Pick<SessionServiceSettings, "nodeId" | "reconcileEveryMs">,
    private readonly observer: HubObserver,
  ) {
    this.uniqueTag = ports.newId().slice(0, 8);
    const { reconcileEveryMs } = settings;
    this.stopReconciler =
      reconcileEveryMs === null ? () => {} : runEvery(ports, reconcileEveryMs, () => this.reconcile());
    ports.bus.onGap(() => runInBackground(ports.log, "The reconcile after a gap failed", this.reconcile()));
  }

  /** The channel of a session, made if there is none; {@link leaveIfEmpty} takes it away again. */
  openChannel(sessionId: string): SessionChannel {
    const existing = this.channels.get(sessionId);
    if (existing) return existing;
    const subscription = this.ports.bus.subscribe(subjectOf(sessionId), (message) =>
      this.onMessage(sessionId, message),
    );
    const channel = new SessionChannel(
      sessionId,
      this.ports,
      () => this.nextUnique(),
      subscription,
      (changed) => this.onChange(changed),
    );
    this.channels.set(sessionId, channel);
    return channel;
  }

  /** For an channel that was made for something which then did not stay. */
  closeIfEmpty(channel: SessionChannel): void {
    if (channel.isEmpty && this.channels.get(channel.sessionId) === channel) this.remove(channel);
  }

  /** A message that the store has accepted, here: to this node's listeners, then to the others. */
  message(sessionId: string, seq: number, at: string, body: MessageBody): void {
    this.channels.get(sessionId)?.deliver({ seq, at, body });
    this.publish(sessionId, { kind: "message", origin: this.settings.nodeId, seq, at, body });
    this.observer.changed(sessionId);
  }

  event(sessionId: string, body: EventBody): void {
    const at = toIso(this.ports.store.now());
    this.channels.get(sessionId)?.deliver({ seq: null, at, body });
    this.eventCount += 1;
    this.publish(sessionId, { kind: "event", origin: this.settings.nodeId, nth: this.eventCount, at, body });
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
    const channel = this.channels.get(ending.sessionId);
    if (!channel) return nothingCut;
    this.remove(channel);
    const counts = channel.release(ending);
    if (counts.listenersDropped + counts.operationsAborted > 0)
      addToEnding(this.ports, ending.sessionId, counts);
    return counts;
  }

  /** Holds what is held here against the store: what is over is released, what was lost is fetched. */
  async reconcile(): Promise<void> {
    const sessionIds = [...this.channels.keys()];
    for (let from = 0; from < sessionIds.length; from += reconcileBatchSize)
      await this.reconcileBatch(sessionIds.slice(from, from + reconcileBatchSize));
  }

  presenceOf(sessionId: string): PresenceRecord {
    return this.channels.get(sessionId)?.presence ?? { listeners: 0, replies: [] };
  }

  totals(): { readonly sessions: number; readonly listeners: number; readonly operations: number } {
    let listeners = 0;
    let operations = 0;
    for (const { sizes } of this.channels.values()) {
      listeners += sizes.listeners;
      operations += sizes.operations;
    }
    return { sessions: this.channels.size, listeners, operations };
  }

  dropSubscribers(cause: DropCause): void {
    for (const channel of [...this.channels.values()]) channel.dropSubscribers(cause);
  }

  abortReplies(cause: Error): void {
    for (const channel of [...this.channels.values()]) channel.abortReplies(cause);
  }

  close(): void {
    this.stopReconciler();
    for (const channel of [...this.channels.values()]) this.remove(channel);
  }

  private onMessage(sessionId: string, message: BusMessage): void {
    if (message.origin === this.settings.nodeId) return;
    if (message.kind === "ended") {
      // What is said on one session's subject ends no other.
      if (message.ending.sessionId === sessionId) this.release(message.ending);
    } else if (message.kind === "message" || message.kind === "event") {
      const { at, body } = message;
      const channel = this.channels.get(sessionId);
      if (message.kind === "message") channel?.deliver({ seq: message.seq, at, body });
      else if (channel && !channel.isDuplicate(message.origin, message.nth))
        channel.deliver({ seq: null, at, body });
    }
  }

  private publish(sessionId: string, message: BusMessage): void {
    this.ports.bus.publish(subjectOf(sessionId), message);
  }

  private onChange(channel: SessionChannel): void {
    if (this.channels.get(channel.sessionId) !== channel) return;
    if (channel.isEmpty) this.remove(channel);
    else this.ports.presence.report(channel.sessionId, channel.presence);
    this.observer.changed(channel.sessionId);
  }

  private remove(channel: SessionChannel): void {
    this.channels.delete(channel.sessionId);
    channel.subscription.close();
    this.ports.presence.report(channel.sessionId, null);
  }

  private async reconcileBatch(sessionIds: readonly string[]): Promise<void> {
    try {
      const live = await this.ports.store.readLastSeqs(sessionIds);
      const missing = sessionIds.filter((sessionId) => !live.has(sessionId));
      if (missing.length > 0)
        for (const ending of await this.ports.store.readEndings(missing)) this.release(ending);
      for (const [sessionId, lastSeq] of live) this.channels.get(sessionId)?.catchUpTo(lastSeq);
    } catch (cause) {
      this.ports.log.warn("The reconcile at the store failed; the next one is due soon", {
        cause: String(cause),
      });
    }
  }

  private nextUnique(): string {
    this.uniques += 1;
    return `${this.uniqueTag}-${this.uniques.toString(36)}`;
  }
}
