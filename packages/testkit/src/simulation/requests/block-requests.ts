import { toIso } from "@adjourn/sessions";
import { Violation } from "../model.js";
import type { SimulatedNode } from "../simulated/simulated-node.js";
import type { World } from "../world.js";
import { ask } from "./requests.js";

const caller = { endedBy: "admin", actor: "simulation" } as const;

/** The time by which a node's idea of the store's clock may differ, and a little more. */
const clockErrorMs = 100;

/** E13 at the answer. What the store commits is checked by the model. */
export const askBlock = (
  world: World,
  node: SimulatedNode,
  given: { readonly userId: string; readonly pick: number; readonly reason: string },
): void => {
  const { pick, reason } = given;
  const userId = pick % 6 < 2 ? given.userId.toUpperCase() : given.userId;
  const untilMs = pick % 8 < 4 ? null : world.clock.now() + 30_000 * (1 + (pick % 20));
  const until = untilMs === null ? null : toIso(untilMs);
  ask(world, node, `block ${userId.slice(-2)}`, null, (s) => s.blockUser({ userId, until, reason }, caller), {
    ok: (answer) => {
      const written = world.model.blocksWritten.get(reason);
      if (!written) throw new Violation("E13", "200 for a block that is not written");
      if (answer.ended !== written.ended || answer.until !== until)
        throw new Violation("§2b", "the answer has another block than the one written");
      for (const { sessionId, owner, isFinished, signal } of world.turns)
        if (written.sessionIds.has(sessionId) && owner === node && !isFinished && !signal.aborted)
          throw new Violation("E5", "a reply was still in flight when the block was answered");
    },
    refused: ({ code }) => {
      const hasPassed = untilMs !== null && untilMs <= world.clock.now() + clockErrorMs;
      if (code !== "VALIDATION_ERROR" || !hasPassed)
        throw new Violation("§2b", `a block was refused with ${code}`);
    },
  });
};

export const askUnblock = (world: World, node: SimulatedNode, userId: string): void =>
  ask(world, node, `unblock ${userId.slice(-2)}`, null, (s) => s.unblockUser({ userId }), {
    ok: () => {},
    refused: ({ code }) => {
      if (code !== "BLOCK_NOT_FOUND") throw new Violation("§2b", `an unblock was refused with ${code}`);
    },
  });
