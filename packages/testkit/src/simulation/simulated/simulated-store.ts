import type { SessionStore } from "@adjourn/sessions";
import { StoreUnavailableError } from "@adjourn/sessions";
import type { Random } from "../random.js";
import type { Owner, Scheduler } from "../scheduler.js";

/** Probabilities, for each call. Latencies are in ms. */
export interface StoreFaults {
  readonly lagMs: number;
  /** Takes up to 3 s instead of a few ms. */
  readonly slow: number;
  /** Fails before the commit. */
  readonly fails: number;
  /** Commits, and the answer is lost. */
  readonly loses: number;
  /** Calls keep their order, as in one process with its own database. */
  readonly inOrder: boolean;
}

/** Called for every commit, in the order of the commits. */
export type Commits = {
  readonly [Verb in keyof SessionStore]?: (
    result: Awaited<ReturnType<SessionStore[Verb]>>,
    ...args: Parameters<SessionStore[Verb]>
  ) => void;
};

/** A process that uses the store. Times are in simulated ms. */
export interface StoreUser extends Owner {
  readonly name: string;
  /** The end of its last failed or slow call. */
  troubledAt: number;
  failedAt: number;
}

/**
 * A store behind a network. A call runs in one step after a delay, its answer arrives after another delay, and either
 * may be lost.
 */
export class SimulatedStore {
  isDown = false;
  isHealthy = false;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
    private readonly inner: SessionStore,
    private readonly faults: StoreFaults,
    private readonly commits: Commits,
  ) {}

  connect(user: StoreUser): SessionStore {
    const { inner } = this;
    const line = { user, random: this.random.of(`store ${user.name}`), lastAskedAt: 0, lastAnsweredAt: 0 };
    const through =
      <Verb extends Exclude<keyof SessionStore, "now">, Args extends unknown[], Result>(
        verb: Verb,
        run: (...args: Args) => Promise<Result>,
        note?: (result: Result, ...args: Args) => void,
      ) =>
      (...args: Args): Promise<Result> =>
        this.call(
          line,
          verb,
          () => run(...args),
          (result) => note?.(result, ...args),
        );
    // A node knows the database's clock only approximately.
    const errorMs = this.faults.inOrder ? 0 : line.random.between(-20, 20);
    return {
      now: () => inner.now() + errorMs,
      createSession: through("createSession", inner.createSession, this.commits.createSession),
      readCreated: through("readCreated", inner.readCreated),
      readSession: through("readSession", inner.readSession),
      readSessions: through("readSessions", inner.readSessions),
      readLastSeqs: through("readLastSeqs", inner.readLastSeqs),
      readChannelHolder: through("readChannelHolder", inner.readChannelHolder),
      listSessions: through("listSessions", inner.listSessions),
      readLastMessages: through("readLastMessages", inner.readLastMessages),
      indexConversations: through("indexConversations", inner.indexConversations),
      countSessions: through("countSessions", inner.countSessions),
      readStatistics: through("readStatistics", inner.readStatistics),
      appendMessage: through("appendMessage", inner.appendMessage, this.commits.appendMessage),
      readSent: through("readSent", inner.readSent),
      appendReply: through("appendReply", inner.appendReply, this.commits.appendReply),
      failReply: through("failReply", inner.failReply),
      cancelReply: through("cancelReply", inner.cancelReply, this.commits.cancelReply),
      renewReplies: through("renewReplies", inner.renewReplies),
      readPendingReplies: through("readPendingReplies", inner.readPendingReplies),
      readReply: through("readReply", inner.readReply),
      deleteRepliesBefore: through("deleteRepliesBefore", inner.deleteRepliesBefore),
      renewSession: through("renewSession", inner.renewSession, this.commits.renewSession),
      recordHeartbeat: through("recordHeartbeat", inner.recordHeartbeat, this.commits.recordHeartbeat),
      updateTimeout: through("updateTimeout", inner.updateTimeout, this.commits.updateTimeout),
      endSession: through("endSession", inner.endSession, this.commits.endSession),
      countMatching: through("countMatching", inner.countMatching),
      readMatchingIds: through("readMatchingIds", inner.readMatchingIds),
      countPendingReplies: through("countPendingReplies", inner.countPendingReplies),
      endMatching: through("endMatching", inner.endMatching, this.commits.endMatching),
      blockUser: through("blockUser", inner.blockUser, this.commits.blockUser),
      unblockUser: through("unblockUser", inner.unblockUser, this.commits.unblockUser),
      listBlocks: through("listBlocks", inner.listBlocks),
      deleteEndedBlocks: through(
        "deleteEndedBlocks",
        inner.deleteEndedBlocks,
        this.commits.deleteEndedBlocks,
      ),
      expireSessions: through("expireSessions", inner.expireSessions, this.commits.expireSessions),
      claimWarnings: through("claimWarnings", inner.claimWarnings, this.commits.claimWarnings),
      hasDue: through("hasDue", inner.hasDue),
      listEndings: through("listEndings", inner.listEndings),
      readEndings: through("readEndings", inner.readEndings),
      addEndingCounts: through("addEndingCounts", inner.addEndingCounts),
      listMessages: through("listMessages", inner.listMessages),
      readMessagesAfter: through("readMessagesAfter", inner.readMessagesAfter),
      readHistory: through("readHistory", inner.readHistory),
      eraseChannel: through("eraseChannel", inner.eraseChannel),
      eraseUser: through("eraseUser", inner.eraseUser),
      deleteEndedBefore: through("deleteEndedBefore", inner.deleteEndedBefore),
      deleteIdempotencyKeysBefore: through("deleteIdempotencyKeysBefore", inner.deleteIdempotencyKeysBefore),
      readDueEndpoints: through("readDueEndpoints", inner.readDueEndpoints),
      claimDeliveries: through("claimDeliveries", inner.claimDeliveries),
      finishAttempt: through("finishAttempt", inner.finishAttempt),
      releaseDeliveries: through("releaseDeliveries", inner.releaseDeliveries),
      listDeliveries: through("listDeliveries", inner.listDeliveries),
      readDelivery: through("readDelivery", inner.readDelivery),
      resendDelivery: through("resendDelivery", inner.resendDelivery),
      failOrphanedDeliveries: through("failOrphanedDeliveries", inner.failOrphanedDeliveries),
      deleteDeliveriesBefore: through("deleteDeliveriesBefore", inner.deleteDeliveriesBefore),
      countPendingDeliveries: through("countPendingDeliveries", inner.countPendingDeliveries),
      ping: through("ping", inner.ping),
      close: through("close", inner.close),
    };
  }

  private call<T>(
    line: { user: StoreUser; random: Random; lastAskedAt: number; lastAnsweredAt: number },
    verb: string,
    run: () => Promise<T>,
    note: (result: T) => void,
  ): Promise<T> {
    const { scheduler, faults } = this;
    const { user, random } = line;
    const mayFail = !this.isHealthy;
    const isSlow = mayFail && random.chance(faults.slow);
    const fate = random.next();
    const fails = mayFail && fate < faults.fails;
    const loses = mayFail && !fails && fate < faults.fails + faults.loses;
    let askedAt = scheduler.now + (isSlow ? random.between(300, 2_000) : random.below(5 + faults.lagMs));
    if (faults.inOrder) askedAt = Math.max(askedAt, line.lastAskedAt + 0.001);
    let answeredAt = askedAt + (isSlow ? random.below(1_000) : random.below(5 + faults.lagMs));
    if (faults.inOrder) answeredAt = Math.max(answeredAt, line.lastAnsweredAt + 0.001);
    line.lastAskedAt = askedAt;
    line.lastAnsweredAt = answeredAt;
    if (isSlow) user.troubledAt = Math.max(user.troubledAt, answeredAt);
    return new Promise((resolve, reject) => {
      const answer = (give: () => void) => scheduler.schedule(answeredAt - scheduler.now, give, user);
      const refuse = () => {
        user.failedAt = Math.max(user.failedAt, answeredAt);
        user.troubledAt = Math.max(user.troubledAt, answeredAt);
        answer(() => reject(new StoreUnavailableError(`${verb} failed`)));
      };
      scheduler.schedule(askedAt - scheduler.now, () => {
        if (fails || this.isDown) refuse();
        // A call of a process that died may or may not have reached a remote database. A database inside the process
        // writes nothing after the process is gone, which is before the next process opens it.
        else if (user.isAlive || (!faults.inOrder && random.chance(0.5)))
          run().then((result) => {
            note(result);
            if (loses) refuse();
            else answer(() => resolve(result));
          }, reject);
      });
    });
  }
}
