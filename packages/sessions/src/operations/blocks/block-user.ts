import type { ServiceContext } from "../../context.js";
import { toBlock } from "../../model/block.js";
import type { Caller } from "../../model/ending.js";
import { validationError } from "../../model/errors.js";
import type { Inputs, Outputs } from "../../schemas/index.js";

/** Sessions released in one event-loop turn, so that other requests are served in between. */
const releasedAtOnce = 50;

/** Ends the user's live sessions and refuses new ones while the block holds. @throws SessionError `VALIDATION_ERROR` */
export const blockUser = async (
  context: ServiceContext,
  { userId, until, reason }: Inputs["blockUser"],
  caller: Caller,
): Promise<Outputs["blockUser"]> => {
  const { store, hub, clock } = context;
  const untilMs = until ? Date.parse(until) : null;
  if (untilMs !== null && untilMs <= store.now())
    throw validationError({ path: "until", message: "is not in the future" });
  const request = { userId, until: untilMs, reason: reason ?? null, caller };
  const { block, endings } = await store.blockUser(request);
  for (const [index, ending] of endings.entries()) {
    if (index > 0 && index % releasedAtOnce === 0)
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 0));
    hub.end(ending);
  }
  return { ...toBlock(block), ended: endings.length };
};
