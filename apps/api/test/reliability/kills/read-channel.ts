import type { Wire } from "../../setup/wires.js";

export interface StoredMessage {
  readonly id: string;
  readonly content: string;
  readonly isAgent: boolean;
  readonly inReplyTo: string | null;
  readonly createdAt: string;
}

/** A channel's messages, all of them, oldest first. */
export const readChannel = async (wire: Wire, channelId: string): Promise<readonly StoredMessage[]> => {
  const newestFirst: StoredMessage[] = [];
  for (let before: string | undefined; ; before = newestFirst.at(-1)?.id) {
    const input = { channelId, limit: 100, ...(before === undefined ? {} : { before }) };
    const { status, body } = await wire.call("getChannelMessages", input);
    if (status !== 200) throw new Error(`the channel ${channelId} can't be read: ${JSON.stringify(body)}`);
    newestFirst.push(...(body.messages as StoredMessage[]));
    if (body.hasMore !== true) return newestFirst.reverse();
  }
};
