import type { BlockRecord, SessionStore } from "@adjourn/sessions";
import type { Scheduler } from "../scheduler.js";

/** Stores in which a block and a create do not meet in one transaction. */

type Create = SessionStore["createSession"];
type Block = SessionStore["blockUser"];

interface OwnBlocks {
  readonly of: (userId: string) => BlockRecord | undefined;
  readonly keep: (block: BlockRecord) => void;
  /** Ends the sessions of a user and leaves no block in the store. */
  readonly endOnly: Block;
}

/** Keeps the blocks beside the store, and builds both verbs on them. */
const withOwnBlocks = (
  inner: SessionStore,
  build: (own: OwnBlocks) => { readonly createSession?: Create; readonly blockUser: Block },
): SessionStore => {
  const blocks = new Map<string, BlockRecord>();
  const own: OwnBlocks = {
    of: (userId) => {
      const block = blocks.get(userId.toLowerCase());
      return block && (block.until === null || block.until > inner.now()) ? block : undefined;
    },
    keep: (block) => blocks.set(block.userId.toLowerCase(), block),
    endOnly: async (request) => {
      const result = await inner.blockUser(request);
      await inner.unblockUser(request.userId);
      return result;
    },
  };
  return {
    ...inner,
    createSession: async (draft, idempotency) => {
      const block = own.of(draft.userId);
      const earlier = idempotency && (await inner.readCreated(idempotency));
      return block && !earlier ? { outcome: "user_blocked", block } : inner.createSession(draft, idempotency);
    },
    unblockUser: async (userId) => own.of(userId) !== undefined && blocks.delete(userId.toLowerCase()),
    ...build(own),
  };
};

const pause = (scheduler: Scheduler): Promise<void> =>
  new Promise((resolve) => scheduler.schedule(3, resolve));

/** A create looks for a block first and inserts afterwards, in two transactions. */
export const checkBlockBeforeWrite = (inner: SessionStore, scheduler: Scheduler): SessionStore =>
  withOwnBlocks(inner, (own) => ({
    createSession: async (draft, idempotency) => {
      const block = own.of(draft.userId);
      const earlier = idempotency && (await inner.readCreated(idempotency));
      if (block && !earlier) return { outcome: "user_blocked", block };
      await pause(scheduler);
      return inner.createSession(draft, idempotency);
    },
    blockUser: async (request) => {
      const result = await own.endOnly(request);
      own.keep(result.block);
      return result;
    },
  }));

/** A block refuses creates, and does not end the live sessions. */
export const blockWithoutEnding = (inner: SessionStore): SessionStore =>
  withOwnBlocks(inner, (own) => ({
    blockUser: async ({ userId, until, reason, caller }) => {
      const block = { userId, until, reason, blockedAt: inner.now(), actor: caller.actor };
      own.keep(block);
      return { block, endings: [] };
    },
  }));

/** The sessions are ended in one transaction, and the block is written in the next one. */
export const blockInTwoSteps = (inner: SessionStore, scheduler: Scheduler): SessionStore =>
  withOwnBlocks(inner, (own) => ({
    blockUser: async (request) => {
      const result = await own.endOnly(request);
      await pause(scheduler);
      own.keep(result.block);
      return result;
    },
  }));
