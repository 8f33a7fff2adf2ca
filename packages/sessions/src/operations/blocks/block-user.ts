import type { ServiceContext } from "../../context.js";
import { toBlock } from "../../model/block.js";
import type { Caller } from "../../model/ending.js";
import { validationError } from "../../model/errors.js";
import { endInTurns } from "../../realtime/end-in-turns.js";
import type { Inputs, Outputs } from "../../schemas/index.js";

/** Ends the user's live sessions and refuses new ones while the block holds. @throws SessionError `VALIDATION_ERROR` */
export const blockUser = async (
  context: ServiceContext,
  { userId, until, reason }: Inputs["blockUser"],
  caller: Caller,
): Promise<Outputs["blockUser"]> => {
  const { store } = context;
  const untilMs = until ? Date.parse(until) : null;
  if (untilMs !== null && untilMs <= store.now())
    throw validationError({ path: "until", message: "is not in the future" });
  const request = { userId, until: untilMs, reason: reason ?? null, caller };
  const { block, endings } = await store.blockUser(request);
  await endInTurns(context, endings);
  return { ...toBlock(block), ended: endings.length };
};
