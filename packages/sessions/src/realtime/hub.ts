import { runEvery } from "../async/run-every.js";
import { runInBackground } from "../async/run-in-background.js";
import type { EndingRecord } from "../model/ending.js";
import { draining } from "../model/errors.js";
import type { PartialText } from "../model/reply.js";
import { toIso } from "../model/session.js";
import { inBatches } from "../paging/in-batches.js";
import type {
  BusMessage,
  DropCause,
  EndingCounts,
  EventBody,
  MessageBody,
  Ports,
  PresenceRecord,
} from "../ports/index.js";
import type { InFlightReply } from "../replies/in-flight-reply.js";
import { cancelCause, renewReplies } from "../replies/renew-replies.js";
import type { SessionServiceSettings } from "../settings.js";
import { EndingCountsWriter, nothingCut } from "./ending-counts.js";
import { ReleasingMap } from "./releasing-map.js";
import { type ChannelOwner, SessionChannel } from "./session-channel.js";

/** The bus subject of one session. */
const subjectOf = (sessionId: string): string => `session.${sessionId}`;

/** Sessions per read of a reconciliation. */
const reconcileBatchSize = 1_000;

/** Interval of the renewal of replies where nothing else is reconciled. */
const renewEveryMs = 2_000;

/** Receives the changes that admins can watch. */
export interface HubObserver {
  changed(sessionId: string): void;
  ended(ending: EndingRecord, counts: EndingCounts): void;
}

/**
 * Owns what this process holds for each session: its subscribers and its replies in flight. An ended session leaves it
 * only through {@link Hub.end} and {@link Hub.release}, whoever ended it and on whichever node.
 */
export class Hub {
  private readonly channels = new ReleasingMap<string, SessionChannel>();
  private uniques = 0;
  private eventCount = 0;
  private readonly uniqueTag: string;
  private readonly endingCounts: EndingCountsWriter;
  private readonly channelOwner: ChannelOwner;
  private readonly stopReconciler: () => void;
  private isClosed = false;

  constructor(
    private readonly ports: Ports,
    private readonly settings: Pick<SessionServiceSettings, "nodeId" | "reconcileEveryMs">,
    private readonly observer: HubObserver,
  ) {
    this.uniqueTag = ports.newId().slice(0, 8);
    this.endingCounts = new EndingCountsWriter(ports);
    this.channelOwner = {
      endingCounts: this.endingCounts,
      nextUnique: () => this.nextUnique(),
      requestTexts: (sessionId) => this.requestTexts(sessionId),
      onChange: (channel) => this.onChange(channel),
    };
    const { reconcileEveryMs } = settings;
    this.stopReconciler = runEvery(ports, reconcileEveryMs ?? renewEveryMs, () =>
      reconcileEveryMs === null ? this.renewReplies() : this.reconcile(),
    );
    ports.bus.onGap(() =>
      runInBackground(ports.log, "The reconciliation after a gap failed", this.reconcile()),
    );
  }

  /**
   * Returns the channel of a session, opening one if needed. {@link closeIfEmpty} closes it again.
   * @throws SessionError `SERVICE_UNAVAILABLE` once the hub is closed: the call began before, and nobody would release it
   */
  openChannel(sessionId: string): SessionChannel {
    const existing = this.channels.get(sessionId);
    if (existing) return existing;
    if (this.isClosed) throw draining();
    const subscription = this.ports.bus.subscribe(subjectOf(sessionId), (message) =>
      this.onMessage(sessionId, message),
    );
    const channel = new SessionChannel(sessionId, this.ports, subscription, this.channelOwner);
    this.channels.set(sessionId, channel);
    return channel;
  }

  /** Closes a channel that was opened for something that did not stay. */
  closeIfEmpty(channel: SessionChannel): void {
    if (channel.isEmpty && this.channels.get(channel.sessionId) === channel) this.remove(channel);
  }

  /** Delivers a message that the store has accepted to this node's subscribers, then publishes it to the other nodes. */
  publishMessage(sessionId: string, seq: number, at: string, body: MessageBody): void {
    this.channels.get(sessionId)?.deliver({ seq, at, body });
    this.publish(sessionId, { kind: "message", origin: this.settings.nodeId, seq, at, body });
    this.observer.changed(sessionId);
  }

  /** Delivers and publishes an event that is not stored. */
  publishEvent(sessionId: string, body: EventBody): void {
    const at = toIso(this.ports.store.now());
    const isBeginning = body.type === "message.delta" && body.index === 0;
    this.channels.get(sessionId)?.deliver({ seq: null, at, body, isBeginning });
    this.eventCount += 1;
    this.publish(sessionId, { kind: "event", origin: this.settings.nodeId, nth: this.eventCount, at, body });
  }

  /** Asks the nodes that run replies of the session for their text so far. */
  requestTexts(sessionId: string): void {
    this.publish(sessionId, { kind: "texts.requested", origin: this.settings.nodeId });
  }

  /** Cancels a reply here, or notifies the node that runs it. The store has marked it already. */
  cancelReply(sessionId: string, messageId: string, partial: PartialText): void {
    const reply = this.channels.get(sessionId)?.replies.get(messageId);
    if (reply) reply.abort(cancelCause(sessionId, messageId, partial));
    else this.publish(sessionId, { kind: "cancelled", origin: this.settings.nodeId, messageId, partial });
  }

  /** Calls `watcher` when a reply of the session ends. @returns a function that removes it */
  onReplyEnd(sessionId: string, watcher: () => void): () => void {
    return this.channels.get(sessionId)?.replies.onEnd(watcher) ?? (() => {});
  }

  reply(sessionId: string, messageId: string): InFlightReply | undefined {
    return this.channels.get(sessionId)?.replies.get(messageId);
  }

  /** Delivers and publishes a change of the session's own state, which admins watch as well. */
  publishState(sessionId: string, body: EventBody): void {
    this.publishEvent(sessionId, body);
    this.observer.changed(sessionId);
  }

  /**
   * Called on the node that ended the session: publishes the end, releases the session here, and adds the cut counts to the
   * ending. Other nodes do not wait until this one has notified its subscribers.
   */
  end(ending: EndingRecord): void {
    this.publish(ending.sessionId, { kind: "ended", origin: this.settings.nodeId, ending });
    const counts = this.releaseTraced(ending);
    this.observer.ended(ending, counts);
  }

  /** Releases an ended session, once, and adds the cut counts to its ending in the store. @returns what this call cut */
  release(ending: EndingRecord): EndingCounts {
    const channel = this.channels.get(ending.sessionId);
    return channel?.isCutByEnd ? this.releaseTraced(ending) : this.releaseChannel(ending);
  }

  /** Compares everything held here with the store: releases ended sessions and fetches missed messages. */
  async reconcile(): Promise<void> {
    const renewed = this.renewReplies();
    for (const sessionIds of inBatches([...this.channels.keys()], reconcileBatchSize))
      await this.reconcileBatch(sessionIds);
    await renewed;
  }

  presenceOf(sessionId: string): PresenceRecord {
    return this.channels.get(sessionId)?.presence ?? { listeners: 0, replies: [] };
  }

  /** How many listeners this node has for each session that has any. */
  listeners(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { sessionId, listeners } of this.channels.values())
      if (listeners > 0) counts.set(sessionId, listeners);
    return counts;
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
    for (const channel of [...this.channels.values()]) channel.replies.abort(cause);
  }

  close(): void {
    this.isClosed = true;
    this.stopReconciler();
    for (const channel of [...this.channels.values()]) this.remove(channel);
    this.endingCounts.close();
  }

  private releaseChannel(ending: EndingRecord): EndingCounts {
    const channel = this.channels.get(ending.sessionId);
    if (!channel) return nothingCut;
    this.remove(channel);
    const counts = channel.release(ending);
    if (counts.listenersDropped + counts.operationsAborted > 0)
      this.endingCounts.add(ending.sessionId, counts);
    return counts;
  }

  private releaseTraced(ending: EndingRecord): EndingCounts {
    const { tracer } = this.ports;
    if (!tracer) return this.releaseChannel(ending);
    return tracer.span("release", ending.sessionId, () => this.releaseChannel(ending));
  }

  private onMessage(sessionId: string, message: BusMessage): void {
    if (message.origin === this.settings.nodeId) return;
    const channel = this.channels.get(sessionId);
    switch (message.kind) {
      case "ended":
        // A message on one session's subject must not end another session.
        if (channel && message.ending.sessionId === sessionId) this.releaseTraced(message.ending);
        break;
      case "message":
        channel?.deliverRemote(message);
        break;
      case "event":
        if (channel && !channel.isDuplicate(message.origin, message.nth))
          channel.deliverRemote({ ...message, seq: null });
        break;
      case "cancelled":
        channel?.replies
          .get(message.messageId)
          ?.abort(cancelCause(sessionId, message.messageId, message.partial));
        break;
      case "texts.requested":
        for (const { textSoFar } of channel?.replies.inFlight ?? [])
          this.publish(sessionId, { kind: "text", origin: this.settings.nodeId, reply: textSoFar });
        break;
      case "text":
        channel?.takeText(message.reply);
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
      this.ports.log.warn("A reconciliation failed; the next one follows soon", {
        cause: String(cause),
      });
    }
  }

  private renewReplies(): Promise<void> {
    const replies = [...this.channels.values()].flatMap(({ sessionId, replies }) =>
      replies.inFlight.map((reply) => ({ sessionId, reply })),
    );
    return renewReplies(this.ports, replies);
  }

  private nextUnique(): string {
    this.uniques += 1;
    return `${this.uniqueTag}-${this.uniques.toString(36)}`;
  }
}
