import type { BlockRecord, BlockStore } from "@adjourn/sessions";
import type { InMemoryState } from "./in-memory-session-store-state.js";
import { pageOf } from "./page-of.js";

/** Each call runs synchronously, which makes it a transaction. */
export const createBlocks = (state: InMemoryState): BlockStore => ({
  async blockUser({ userId, until, reason, caller }) {
    const key = userId.toLowerCase();
    const block: BlockRecord = { userId, until, reason, blockedAt: state.now(), actor: caller.actor };
    state.blocks.set(key, block);
    const endings = state
      .liveSessions()
      .filter((session) => session.userId.toLowerCase() === key)
      .map((session) => state.end(session, { cause: "blocked", reason, ...caller }));
    return { block, endings };
  },
  async unblockUser(userId) {
    return state.blockOf(userId) !== undefined && state.blocks.delete(userId.toLowerCase());
  },
  async listBlocks(page) {
    const holding = [...state.blocks.values()].filter(({ userId }) => state.blockOf(userId));
    const { rows, next } = pageOf(holding, page, ({ blockedAt, userId }) => ({
      time: blockedAt,
      id: userId.toLowerCase(),
    }));
    return { blocks: rows, next };
  },
  async deleteEndedBlocks(limit) {
    const ended = [...state.blocks].filter(([, { userId }]) => !state.blockOf(userId)).slice(0, limit);
    for (const [key] of ended) state.blocks.delete(key);
    return ended.length;
  },
});
