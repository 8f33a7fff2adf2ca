import type { ServiceContext } from "../../context.js";
import { channelNotFound } from "../../model/errors.js";
import { type MessageInfo, toMessageInfo } from "../../model/message.js";
import type { Inputs } from "../../schemas/index.js";

/** Messages read at a time, and their size as stored. */
const pageMessages = 200;
const pageBytes = 262_144;

/**
 * The messages that a channel has now, oldest first, in pages that are read when they are asked for.
 * @throws SessionError `CHANNEL_NOT_FOUND`, also from a page if the channel is erased meanwhile
 */
export const exportChannel = async (
  context: ServiceContext,
  { channelId }: Inputs["exportChannel"],
): Promise<AsyncGenerator<readonly MessageInfo[], void>> =>
  readPages(context, channelId, await readLastSeq(context, channelId));

async function* readPages(
  context: ServiceContext,
  channelId: string,
  lastSeq: number,
): AsyncGenerator<readonly MessageInfo[], void> {
  for (let seq = 0; seq < lastSeq; ) {
    const page = await context.store.readMessagesAfter(channelId, seq, pageMessages, pageBytes);
    seq = page.at(-1)?.seq ?? lastSeq;
    yield page.filter((message) => message.seq <= lastSeq).map(toMessageInfo);
  }
  // An erased channel has no messages to read; without this, the part before would pass for the whole.
  if (lastSeq > 0) await readLastSeq(context, channelId);
}

const readLastSeq = async ({ store }: ServiceContext, channelId: string): Promise<number> => {
  const newest = await store.listMessages({ channelId, limit: 1 });
  if (newest.outcome !== "page") throw channelNotFound(channelId);
  return newest.messages[0]?.seq ?? 0;
};
