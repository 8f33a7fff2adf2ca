import type { PendingReply } from "@adjourn/sessions";
import {
  ChannelReplies,
  Hub,
  InFlightReply,
  RemoteTexts,
  Sequencer,
  SessionChannel,
  Subscriber,
} from "@adjourn/sessions/internals";
import { InMemoryWebhooks } from "../../in-memory/in-memory-webhooks.js";
import type { Schedule } from "../schedule.js";
import type { Mutation } from "../world.js";
import { blockInTwoSteps, blockWithoutEnding, checkBlockBeforeWrite } from "./broken-blocks.js";
import {
  answerBeforeCommit,
  answerInParallel,
  endInTwoSteps,
  forgetCreateKeys,
  forgetEndKeys,
  forgetSendKeys,
  hideLostReplies,
  ignoreCancellations,
  keepPresence,
  keepSubscriptions,
  neverDue,
  publishBeforeCommit,
  subscribeAfterReading,
  withoutFence,
} from "./broken-stores.js";
import { deliverBlindly, leaseForGood, sendBeforeCommit } from "./broken-webhooks.js";
import { both, ignoreWhile, nothing, patch, seqOf } from "./patches.js";
import {
  cancelWithoutBus,
  giveUpCancelled,
  nothingLost,
  onlyMessages,
  reconnectDuringReplies,
} from "./tamed-schedules.js";

/** A broken mechanism, and the seed of a schedule that reveals it. */
export interface Mutant {
  readonly name: string;
  readonly seed: number;
  readonly mutation: Mutation;
  /** Removes faults from the schedule, so that no other mechanism replaces the broken one. */
  readonly tame?: (schedule: Schedule) => Schedule;
}

/** A replay ends at the first state that it read, and fetches nothing that came later. */
const fetchNothingLater = patch(
  Subscriber,
  "catchUp",
  (original) =>
    function (replay) {
      return original.call(this, { ...Object(replay), delivered: () => 0 });
    },
);

export const mutants: readonly Mutant[] = [
  { name: "the store accepts replies after the end", seed: 27, mutation: { store: withoutFence("replies") } },
  {
    name: "the store accepts messages after the expiry",
    seed: 77,
    mutation: { store: withoutFence("messages past the expiry") },
  },
  { name: "an end is a read followed by a write", seed: 4, mutation: { store: endInTwoSteps } },
  { name: "an end ignores its idempotency key", seed: 2, mutation: { store: forgetEndKeys } },
  { name: "a create ignores its idempotency key", seed: 5, mutation: { store: forgetCreateKeys } },
  {
    name: "a create looks for a block before it writes",
    seed: 19,
    mutation: { store: checkBlockBeforeWrite },
  },
  { name: "a block does not end the live sessions", seed: 9, mutation: { store: blockWithoutEnding } },
  {
    name: "a block is written in another transaction than the ends",
    seed: 9,
    mutation: { store: blockInTwoSteps },
  },
  { name: "an end is answered before it is committed", seed: 1, mutation: { ports: answerBeforeCommit } },
  { name: "an end is published before it is committed", seed: 2, mutation: { ports: publishBeforeCommit } },
  {
    name: "a subscriber reads the session before it subscribes to the bus",
    seed: 51,
    mutation: { ports: subscribeAfterReading, reconcileEveryMs: null },
    tame: nothingLost,
  },
  { name: "a webhook counts as delivered once it was sent", seed: 50, mutation: { ports: deliverBlindly } },
  { name: "a dead node's webhooks are not taken over", seed: 67, mutation: { ports: leaseForGood } },
  {
    name: "a webhook reports an end before it is committed",
    seed: 33,
    mutation: { ports: sendBeforeCommit },
  },
  {
    name: "a session's webhooks do not wait for each other",
    seed: 16,
    mutation: patch(InMemoryWebhooks, "isBehind", () => () => false),
  },
  {
    name: "an expiry is not reported",
    seed: 50,
    mutation: patch(
      InMemoryWebhooks,
      "enqueue",
      (original) =>
        function (content) {
          const cause: unknown = Reflect.get(Object(Reflect.get(Object(content), "ending")), "cause");
          if (cause !== "expired") original.call(this, content);
        },
    ),
  },
  { name: "nodes do not reconcile with the store", seed: 103, mutation: { reconcileEveryMs: null } },
  { name: "the sweeper does not run", seed: 4, mutation: { ports: neverDue } },
  {
    name: "a release does not mark the session channel as ended",
    seed: 15,
    mutation: patch(
      SessionChannel,
      "release",
      (original) =>
        function (...args) {
          const counts = original.apply(this, args);
          Reflect.set(this, "ending", null);
          return counts;
        },
    ),
  },
  { name: "in-flight replies are not aborted", seed: 9, mutation: patch(InFlightReply, "abort", nothing) },
  { name: "a cancelled reply is stored as finished", seed: 2, mutation: { store: ignoreCancellations } },
  {
    name: "a cancellation that the bus loses does not reach the node that runs the reply",
    seed: 1,
    mutation: patch(Hub, "renewReplies", () => async () => {}),
    tame: cancelWithoutBus,
  },
  {
    name: "the agent of a reply that was given up is not aborted",
    seed: 1,
    mutation: { store: hideLostReplies },
    tame: giveUpCancelled,
  },
  {
    name: "a delta that follows a gap is delivered",
    seed: 108,
    mutation: patch(RemoteTexts, "takeDelta", () => (delta) => ({ delta, isBeginning: true })),
  },
  {
    name: "the text so far is left out, and the deltas go on",
    seed: 25,
    mutation: patch(
      ChannelReplies,
      "withTexts",
      (original) =>
        function (...args) {
          const replies = original.apply(this, args) as readonly PendingReply[];
          return replies.map((reply) => ({ ...reply, text: "" }));
        },
    ),
  },
  {
    name: "a delta that the text so far contains is delivered again",
    seed: 25,
    mutation: patch(
      Subscriber,
      "start",
      (original) =>
        function (started, afterSeq, replay) {
          return original.call(this, started, afterSeq, replay, []);
        },
    ),
  },
  { name: "a send ignores its idempotency key", seed: 8, mutation: { store: forgetSendKeys } },
  { name: "replies do not wait for their turn", seed: 9, mutation: { ports: answerInParallel } },
  {
    name: "events during the subscription are neither buffered nor fetched",
    seed: 25,
    mutation: both(patch(Subscriber, "deliver", ignoreWhile("entering")), fetchNothingLater),
  },
  {
    name: "events during a replay are neither buffered nor fetched",
    seed: 2,
    mutation: both(patch(Subscriber, "deliver", ignoreWhile("replaying")), fetchNothingLater),
    tame: reconnectDuringReplies,
  },
  {
    name: "messages that other subscribers had at the subscription are not fetched",
    seed: 15827,
    mutation: fetchNothingLater,
    tame: onlyMessages,
  },
  {
    name: "a subscriber that is still in its replay does not get the end",
    seed: 117,
    mutation: patch(Subscriber, "end", ignoreWhile("replaying")),
  },
  {
    name: "missing messages are not fetched before the end",
    seed: 100,
    mutation: patch(Sequencer, "deliverUpTo", () => async () => {}),
  },
  {
    name: "duplicates are not recognised by their seq",
    seed: 272,
    mutation: both(
      patch(
        Sequencer,
        "deliverInOrder",
        (original) =>
          function (delivery) {
            const seq = seqOf(delivery);
            const delivered: number | null = Reflect.get(this, "delivered");
            if (seq !== null && delivered !== null && seq <= delivered)
              Reflect.set(this, "delivered", seq - 1);
            return original.call(this, delivery);
          },
      ),
      patch(
        Subscriber,
        "send",
        (original) =>
          function (item) {
            const seq = seqOf(item);
            const cursor: number = Reflect.get(this, "cursor");
            if (seq !== null && seq <= cursor) Reflect.set(this, "cursor", seq - 1);
            return original.call(this, item);
          },
      ),
    ),
  },
  {
    name: "gaps are not filled from the store",
    seed: 11,
    mutation: patch(Sequencer, "readMissing", () => async () => {}),
  },
  {
    name: "a piece of a reply that arrives while a gap is filled is dropped",
    seed: 291,
    mutation: patch(
      Sequencer,
      "take",
      (original) =>
        function (delivery) {
          if (seqOf(delivery) !== null || Reflect.get(this, "filling") === null)
            original.call(this, delivery);
        },
    ),
  },
  {
    name: "an event that the bus repeats is delivered again",
    seed: 421,
    mutation: patch(SessionChannel, "isDuplicate", () => () => false),
  },
  {
    name: "an event id does not match the messages sent to this subscriber",
    seed: 11,
    mutation: patch(Subscriber, "withOwnCursor", () => (item) => Reflect.get(Object(item), "frame")),
  },
  {
    name: "a peer that does not answer the close is not disconnected",
    seed: 35,
    mutation: patch(Subscriber, "cut", nothing),
  },
  {
    name: "a reader that is too slow is not dropped",
    seed: 25,
    mutation: patch(
      Subscriber,
      "drop",
      (original) =>
        function (cause) {
          return cause === "too_slow" ? undefined : original.call(this, cause);
        },
    ),
  },
  { name: "presence is not removed", seed: 2, mutation: { ports: keepPresence } },
  { name: "bus subscriptions are not removed", seed: 1, mutation: { ports: keepSubscriptions } },
];
