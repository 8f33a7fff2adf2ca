import { InFlightReply, Sequencer, SessionChannel, Subscriber } from "@adjourn/sessions/internals";
import {
  answerBeforeCommit,
  endInTwoSteps,
  forgetCreateKeys,
  forgetEndKeys,
  keepPresence,
  keepSubscriptions,
  neverDue,
  publishBeforeCommit,
  subscribeAfterReading,
  withoutFence,
} from "./broken-stores.js";
import { noFaults, type Schedule } from "./schedule.js";
import { agentKinds } from "./simulated/simulated-agents.js";
import type { Mutation } from "./world.js";

/** A broken mechanism, and the seed of a schedule that reveals it. */
export interface Mutant {
  readonly name: string;
  readonly seed: number;
  readonly mutation: Mutation;
  /** Removes faults from the schedule, so that no other mechanism replaces the broken one. */
  readonly tame?: (schedule: Schedule) => Schedule;
}

type Method = (this: object, ...args: unknown[]) => unknown;

/** Replaces a method, also a private one, until the run ends. */
const patch = (
  owner: { readonly prototype: object },
  name: string,
  replace: (original: Method) => Method,
): Mutation => ({
  patch: () => {
    const original: Method = Reflect.get(owner.prototype, name);
    Reflect.set(owner.prototype, name, replace(original));
    return () => void Reflect.set(owner.prototype, name, original);
  },
});

const both = (...mutations: readonly Mutation[]): Mutation => ({
  patch: () => {
    const restores = mutations.map((mutation) => mutation.patch?.());
    return () => {
      for (const restore of restores) restore?.();
    };
  },
});

const nothing = (): Method => () => {};
const stateOf = (subscriber: object): unknown => Reflect.get(subscriber, "state");
const seqOf = (delivery: unknown): number | null => (delivery as { readonly seq: number | null }).seq;

const ignoreWhile =
  (state: string) =>
  (original: Method): Method =>
    function (...args) {
      return stateOf(this) === state ? undefined : original.apply(this, args);
    };

/** A replay ends at the first state that it read, and fetches nothing that came later. */
const fetchNothingLater = patch(
  Subscriber,
  "catchUp",
  (original) =>
    function (replay) {
      return original.call(this, { ...Object(replay), delivered: () => 0 });
    },
);

/** Nothing is lost and no process dies, so that only the order of events can break a promise. */
const nothingLost = (schedule: Schedule): Schedule => ({
  ...schedule,
  faults: noFaults,
  steps: schedule.steps.filter((step) => !["cut", "crash", "shutDown", "outage"].includes(step.do)),
});

/** Only messages and new subscribers, with a slow store. */
const onlyMessages = (schedule: Schedule): Schedule => ({
  ...schedule,
  faults: { ...noFaults, storeLagMs: 60 },
  steps: schedule.steps
    .filter((step) => ["create", "send", "listen"].includes(step.do))
    .map((step) => ({ ...step, after: step.after % 40, session: 0 })),
});

/** Two nodes, a slow store, long replies, and one subscriber that disconnects and reconnects again and again. */
const reconnectDuringReplies = (schedule: Schedule): Schedule => ({
  ...schedule,
  nodes: 2,
  faults: { ...noFaults, storeLagMs: 150 },
  steps: schedule.steps.map((step, at) => {
    const what =
      at < 2 ? (["create", "listen"] as const)[at] : sendOrReconnect[step.pick % sendOrReconnect.length];
    return {
      do: what ?? "send",
      after: at === 1 ? 400 : step.after % 20,
      node: what === "send" ? step.node : 0,
      session: 0,
      pick: at === 0 ? agentKinds.indexOf("lingering") : step.pick - (step.pick % 6),
    };
  }),
});
const sendOrReconnect = ["send", "send", "leave", "resume", "leave", "resume"] as const;

export const mutants: readonly Mutant[] = [
  { name: "the store accepts replies after the end", seed: 21, mutation: { store: withoutFence("replies") } },
  {
    name: "the store accepts messages after the expiry",
    seed: 219,
    mutation: { store: withoutFence("messages past the expiry") },
  },
  { name: "an end is a read followed by a write", seed: 8, mutation: { store: endInTwoSteps } },
  { name: "an end ignores its idempotency key", seed: 1, mutation: { store: forgetEndKeys } },
  { name: "a create ignores its idempotency key", seed: 22, mutation: { store: forgetCreateKeys } },
  { name: "an end is answered before it is committed", seed: 1, mutation: { ports: answerBeforeCommit } },
  { name: "an end is published before it is committed", seed: 3, mutation: { ports: publishBeforeCommit } },
  {
    name: "a subscriber reads the session before it subscribes to the bus",
    seed: 695,
    mutation: { ports: subscribeAfterReading, reconcileEveryMs: null },
    tame: nothingLost,
  },
  { name: "nodes do not reconcile with the store", seed: 31, mutation: { reconcileEveryMs: null } },
  { name: "the sweeper does not run", seed: 6, mutation: { ports: neverDue } },
  {
    name: "a release does not mark the session channel as ended",
    seed: 8,
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
  { name: "in-flight replies are not aborted", seed: 1, mutation: patch(InFlightReply, "abort", nothing) },
  {
    name: "events during the subscription are neither buffered nor fetched",
    seed: 134,
    mutation: both(patch(Subscriber, "deliver", ignoreWhile("entering")), fetchNothingLater),
  },
  {
    name: "events during a replay are neither buffered nor fetched",
    seed: 5,
    mutation: both(patch(Subscriber, "deliver", ignoreWhile("replaying")), fetchNothingLater),
    tame: reconnectDuringReplies,
  },
  {
    name: "messages that other subscribers had at the subscription are not fetched",
    seed: 536,
    mutation: fetchNothingLater,
    tame: onlyMessages,
  },
  {
    name: "a subscriber that is still in its replay does not get the end",
    seed: 527,
    mutation: patch(Subscriber, "end", ignoreWhile("replaying")),
  },
  {
    name: "missing messages are not fetched before the end",
    seed: 2283,
    mutation: patch(Sequencer, "deliverUpTo", () => async () => {}),
  },
  {
    name: "duplicates are not recognised by their seq",
    seed: 8,
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
    seed: 8,
    mutation: patch(Sequencer, "readMissing", () => async () => {}),
  },
  {
    name: "a piece of a reply that arrives while a gap is filled is dropped",
    seed: 527,
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
    name: "events buffered for earlier subscribers are delivered to later ones",
    seed: 587,
    mutation: patch(
      Sequencer,
      "pause",
      (original) =>
        function () {
          const waiting = Reflect.get(this, "waiting");
          original.call(this);
          Reflect.set(this, "waiting", waiting);
        },
    ),
    tame: reconnectDuringReplies,
  },
  {
    name: "an event that the bus repeats is delivered again",
    seed: 35,
    mutation: patch(SessionChannel, "isDuplicate", () => () => false),
  },
  {
    name: "an event id does not match the messages sent to this subscriber",
    seed: 30,
    mutation: patch(Subscriber, "withOwnCursor", () => (item) => Reflect.get(Object(item), "frame")),
  },
  {
    name: "a peer that does not answer the close is not disconnected",
    seed: 9,
    mutation: patch(Subscriber, "cut", nothing),
  },
  {
    name: "a reader that is too slow is not dropped",
    seed: 8,
    mutation: patch(
      Subscriber,
      "drop",
      (original) =>
        function (cause) {
          return cause === "too_slow" ? undefined : original.call(this, cause);
        },
    ),
  },
  { name: "presence is not removed", seed: 4, mutation: { ports: keepPresence } },
  { name: "bus subscriptions are not removed", seed: 3, mutation: { ports: keepSubscriptions } },
];
