import { noFaults, type Schedule } from "../schedule.js";
import { agentKinds } from "../simulated/simulated-agents.js";

/** Schedules in which no other mechanism replaces the one that a mutant breaks. */

/** Nothing is lost and no process dies, so that only the order of events can break a promise. */
export const nothingLost = (schedule: Schedule): Schedule => ({
  ...schedule,
  faults: noFaults,
  steps: schedule.steps.filter((step) => !["cut", "crash", "shutDown", "outage"].includes(step.do)),
});

/** Only messages and new subscribers, with a slow store. */
export const onlyMessages = (schedule: Schedule): Schedule => ({
  ...schedule,
  faults: { ...noFaults, storeLagMs: 60 },
  steps: schedule.steps
    .filter((step) => ["create", "send", "listen"].includes(step.do))
    .map((step) => ({ ...step, after: step.after % 40, session: 0 })),
});

/** Two nodes, a slow store, long replies, and one subscriber that disconnects and reconnects again and again. */
export const reconnectDuringReplies = (schedule: Schedule): Schedule => ({
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

/** One node runs a reply that takes long, is cut off from the bus, and another one cancels the reply. */
export const cancelWithoutBus = (schedule: Schedule): Schedule => ({
  ...schedule,
  nodes: 2,
  faults: noFaults,
  steps: [
    { after: 0, do: "create", node: 0, session: 0, pick: agentKinds.indexOf("stalling") },
    { after: 60, do: "send", node: 0, session: 0, pick: 2 },
    { after: 60, do: "cut", node: 0, session: 0, pick: 0 },
    { after: 200, do: "cancel", node: 1, session: 0, pick: 1 },
    { after: 7_000, do: "read", node: 1, session: 0, pick: 0 },
  ],
});

/**
 * One node runs a reply that takes long and is cut off from the bus. Another one cancels the reply while it answers a retry
 * of the send. Then the store's clock goes on, so that the retry gives the lapsed reply up.
 */
export const giveUpCancelled = (schedule: Schedule): Schedule => {
  const { steps, ...rest } = cancelWithoutBus(schedule);
  const [create, , cut] = steps;
  return {
    ...rest,
    steps: [
      ...[create, cut].flatMap((step) => step ?? []),
      { after: 60, do: "send", node: 0, session: 0, pick: 9 },
      { after: 300, do: "retrySend", node: 1, session: 0, pick: 0 },
      { after: 8, do: "cancel", node: 1, session: 0, pick: 0 },
      { after: 8, do: "passTime", node: 0, session: 0, pick: 1 },
      { after: 7_000, do: "read", node: 1, session: 0, pick: 0 },
    ],
  };
};
