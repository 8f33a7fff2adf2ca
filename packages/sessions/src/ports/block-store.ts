import type { BlockRecord, BlockRequest } from "../model/block.js";
import type { EndingRecord } from "../model/ending.js";
import type { PagePosition, PageRequest } from "./page.js";

export interface BlockPage {
  /** By (blockedAt, user id in lower case), newest first, without those that have ended. */
  readonly blocks: readonly BlockRecord[];
  readonly next: PagePosition | null;
}

/** The part of the store that keeps blocks. User ids are compared without regard to case. */
export interface BlockStore {
  /**
   * Writes the user's block, in place of an earlier one, and ends the user's live sessions with the cause `blocked`, in one
   * transaction. A create that commits before it is among the ended sessions; a later one is refused.
   */
  blockUser(
    request: BlockRequest,
  ): Promise<{ readonly block: BlockRecord; readonly endings: readonly EndingRecord[] }>;
  /** @returns whether there was a block that held */
  unblockUser(userId: string): Promise<boolean>;
  listBlocks(page: PageRequest): Promise<BlockPage>;
  /** Deletes at most `limit` blocks that have ended. @returns how many */
  deleteEndedBlocks(limit: number): Promise<number>;
}
