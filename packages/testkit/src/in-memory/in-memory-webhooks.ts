import {
  type ClaimedDelivery,
  type DeliveryStatus,
  isWatched,
  type WebhookContent,
  type WebhookDelivery,
  type WebhookStore,
  type WebhookWatch,
} from "@adjourn/sessions";

/** A delivery's row. Its place in the list is the order of the events. */
interface DeliveryRow {
  readonly seq: number;
  readonly channelId: string;
  delivery: WebhookDelivery;
  content: WebhookContent;
  heldBy: string | null;
  heldUntil: number;
  resends: number;
  statusBefore: DeliveryStatus | null;
  isErased: boolean;
}

export const maxAttempts = 100;

const subjectOf = (content: WebhookContent) => {
  switch (content.event) {
    case "session.created":
    case "session.expiring":
      return content.session;
    case "session.ended":
      return content.ending;
    case "message.failed":
      return content.failed;
  }
};

/** The deliveries of the in-memory store. */
export class InMemoryWebhooks {
  private rows: DeliveryRow[] = [];
  private lastSeq = 0;

  constructor(
    private readonly watches: readonly WebhookWatch[],
    private readonly now: () => number,
  ) {}

  enqueue(content: WebhookContent): void {
    const { sessionId, channelId, agentId } = subjectOf(content);
    for (const watch of this.watches) {
      if (!isWatched(watch, content.event, agentId)) continue;
      const at = this.now();
      this.rows.push({
        seq: ++this.lastSeq,
        channelId,
        content,
        heldBy: null,
        heldUntil: 0,
        resends: 0,
        statusBefore: null,
        isErased: false,
        delivery: {
          id: crypto.randomUUID(),
          endpoint: watch.endpoint,
          event: content.event,
          sessionId,
          status: "pending",
          attempts: [],
          nextAttemptAt: at,
          createdAt: at,
        },
      });
    }
  }

  /** Removes what a caller wrote from the deliveries of a channel. */
  forget(channelId: string): void {
    for (const row of this.rows.filter((one) => one.channelId === channelId)) {
      row.isErased = true;
      const attempts = row.delivery.attempts.map((attempt) => ({ ...attempt, answer: null }));
      row.delivery = { ...row.delivery, attempts };
      if ("session" in row.content)
        row.content = { ...row.content, session: { ...row.content.session, metadata: {} } };
      if ("ending" in row.content)
        row.content = { ...row.content, ending: { ...row.content.ending, reason: null } };
    }
  }

  private find(id: string): DeliveryRow | undefined {
    return this.rows.find((row) => row.delivery.id === id);
  }

  private isDue(row: DeliveryRow): boolean {
    const { status, nextAttemptAt } = row.delivery;
    return status === "pending" && (nextAttemptAt ?? 0) <= this.now() && row.heldUntil <= this.now();
  }

  /** Whether an earlier delivery of the session to the endpoint comes first. */
  private isBehind(row: DeliveryRow): boolean {
    const { sessionId, endpoint } = row.delivery;
    return (
      row.statusBefore === null &&
      this.rows.some(
        (other) =>
          other.seq < row.seq &&
          other.statusBefore === null &&
          other.delivery.status === "pending" &&
          other.delivery.sessionId === sessionId &&
          other.delivery.endpoint === endpoint,
      )
    );
  }

  readonly store: WebhookStore = {
    readDueEndpoints: async (endpoints) =>
      endpoints.filter((endpoint) =>
        this.rows.some((row) => row.delivery.endpoint === endpoint && this.isDue(row)),
      ),

    claimDeliveries: async ({ endpoint, nodeId, limit, leaseMs }) => {
      const due = this.rows
        .filter((row) => row.delivery.endpoint === endpoint && this.isDue(row) && !this.isBehind(row))
        .slice(0, limit);
      return due.map((row): ClaimedDelivery => {
        row.heldBy = nodeId;
        row.heldUntil = this.now() + leaseMs;
        const { content, heldUntil, resends, statusBefore } = row;
        return { ...row.delivery, content, heldUntil, resends, statusBefore };
      });
    },

    finishAttempt: async ({ id, nodeId, heldUntil, resends, attempt, status, nextAttemptAt }) => {
      const row = this.find(id);
      if (!row || row.heldBy !== nodeId || row.heldUntil !== heldUntil) return false;
      const isAskedAgain = row.resends > resends;
      const shown = row.isErased ? { ...attempt, answer: null } : attempt;
      row.delivery = {
        ...row.delivery,
        attempts: [...row.delivery.attempts, shown].slice(-maxAttempts),
        status: isAskedAgain ? "pending" : status,
        nextAttemptAt: isAskedAgain ? this.now() : nextAttemptAt,
      };
      if (isAskedAgain) row.statusBefore = status === "pending" ? null : status;
      else row.statusBefore = null;
      row.heldBy = null;
      row.heldUntil = 0;
      return true;
    },

    releaseDeliveries: async (nodeId) => {
      for (const row of this.rows)
        if (row.heldBy === nodeId) {
          row.heldBy = null;
          row.heldUntil = 0;
        }
    },

    listDeliveries: async ({ endpoint, status, sessionId }, { limit, after }) => {
      const matching = this.rows
        .filter(
          ({ delivery }) =>
            (endpoint === undefined || delivery.endpoint === endpoint) &&
            (status === undefined || delivery.status === status) &&
            (sessionId === undefined || delivery.sessionId === sessionId),
        )
        .filter(({ seq }) => after === undefined || seq < after.time)
        .reverse();
      const shown = matching.slice(0, limit);
      const last = shown.at(-1);
      return {
        deliveries: shown.map(({ delivery }) => delivery),
        next: last && matching.length > limit ? { time: last.seq, id: last.delivery.id } : null,
      };
    },

    readDelivery: async (id) => this.find(id)?.delivery ?? null,

    resendDelivery: async (id) => {
      const row = this.find(id);
      if (!row) return false;
      if (row.delivery.status !== "pending") row.statusBefore = row.delivery.status;
      row.delivery = { ...row.delivery, status: "pending", nextAttemptAt: this.now() };
      row.resends++;
      return true;
    },

    failOrphanedDeliveries: async (endpoints, cutoff, attempt) => {
      const orphaned = this.rows.filter(
        ({ delivery, heldUntil }) =>
          delivery.status === "pending" &&
          delivery.createdAt < cutoff &&
          heldUntil <= this.now() &&
          !endpoints.includes(delivery.endpoint),
      );
      for (const row of orphaned) {
        const attempts = [...row.delivery.attempts, attempt];
        row.delivery = { ...row.delivery, status: "failed", nextAttemptAt: null, attempts };
        row.statusBefore = null;
      }
      return orphaned.length;
    },

    deleteDeliveriesBefore: async (cutoff, limit) => {
      const old = this.rows
        .filter(({ delivery }) => delivery.createdAt < cutoff && delivery.status !== "pending")
        .slice(0, limit);
      this.rows = this.rows.filter((row) => !old.includes(row));
      return old.length;
    },

    countPendingDeliveries: async () => {
      const pending = this.rows.filter(({ delivery }) => delivery.status === "pending");
      return { count: pending.length, oldestAt: pending[0]?.delivery.createdAt ?? null };
    },
  };
}
