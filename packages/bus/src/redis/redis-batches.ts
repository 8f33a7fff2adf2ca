import { inBatches } from "@adjourn/sessions";

/** Redis runs one command at a time, so a long one delays all others. */
const maxItems = 500;

/** What one command may take at a time. */
export const inRedisBatches = <T>(all: readonly T[]): readonly (readonly T[])[] => inBatches(all, maxItems);
