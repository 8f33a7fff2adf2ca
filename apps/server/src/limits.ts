/** Contract §2: a body and a WebSocket frame alike. */
export const maxBodyBytes = 128 * 1_024;
export const maxBatchCalls = 20;
