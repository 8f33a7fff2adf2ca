import type { PartialText } from "@adjourn/sessions";
import { Violation } from "../model.js";
import type { Turn } from "../simulated/simulated-agents.js";
import type { SimulatedNode } from "../simulated/simulated-node.js";
import type { World } from "../world.js";
import { ask, checkGoneCode } from "./requests.js";

/** Longer than a cancellation, and than the lease of a reply. */
const lapseMs = 12_000;
/** Longer than the time between two renewals of a reply. */
const stopWithinMs = 5_000;

/** §2a: one of several calls cancels a reply in flight, and the answer agrees with the store. */
export const askCancel = (world: World, node: SimulatedNode, turn: Turn, partial: PartialText): void => {
  const { sessionId, inReplyTo, owner, signal } = turn;
  const input = { sessionId, messageId: inReplyTo, partial };
  const { channelId } = world.model.sessions.get(sessionId)?.session ?? {};
  const reply = () => world.model.channels.get(channelId ?? "")?.find((one) => one.inReplyTo === inReplyTo);
  const runs = () => owner.isAlive && !signal.aborted && !turn.isFinished;
  const runner = world.nodes.find((one) => one === owner);
  // A lease lapses only while its node can't write, or when the store's clock is set forward.
  const isExcused = () =>
    world.model.clockJumpedAt > world.scheduler.now - lapseMs ||
    !runner ||
    runner.troubledAt > world.scheduler.now - lapseMs;
  /** A lapsed reply may have been given up. The node that runs it aborts it at its next renewal. */
  const checkStopped = () =>
    world.scheduler.schedule(stopWithinMs, () =>
      world.check(() => {
        if (runs() && runner && runner.troubledAt <= world.scheduler.now - stopWithinMs)
          throw new Violation("§2a", "the agent of a reply that was given up still runs");
      }),
    );
  const cancels = (world.cancels.get(inReplyTo) ?? 0) + 1;
  world.cancels.set(inReplyTo, cancels);
  ask(world, node, `cancel ${sessionId.slice(0, 4)} ${partial}`, sessionId, (s) => s.cancelReply(input), {
    ok: ({ message, stored }) => {
      if (world.cancelled.has(message)) throw new Violation("§2a", "a reply was cancelled twice");
      world.cancelled.add(message);
      if (stored !== (reply()?.finishReason === "cancelled"))
        throw new Violation("§2a", `the cancelled reply is stored as ${reply()?.finishReason}: ${stored}`);
      if (runs() && !isExcused()) throw new Violation("§2a", "the agent of a cancelled reply still runs");
      checkStopped();
      if (!stored && partial === "keep" && turn.text !== "" && !turn.isFailing && !isExcused())
        throw new Violation("§2a", "the text so far of a cancelled reply is lost");
    },
    refused: (error) => {
      if (error.code !== "REPLY_NOT_FOUND") return checkGoneCode(world, sessionId, "§2a", error);
      if (runs() && world.cancels.get(inReplyTo) === 1 && !isExcused())
        throw new Violation("§2a", "404 for a reply that is in flight");
    },
  });
};
