/** Calls in one tRPC batch (contract §2). */
export const maxBatchCalls = 20;
