import type { ServerResponse } from "node:http";

/**
 * Whether the peer of an answer is gone. After an await, the `close` event may already have fired. A pipelined answer that
 * waits behind another one does not show it, only its connection does.
 */
export const isPeerGone = (response: ServerResponse): boolean =>
  response.closed || response.destroyed || response.req.socket.destroyed;

/** @returns the result of `work`, or null as soon as the peer is gone; `work` continues in that case */
export const unlessPeerGone = <T>(response: ServerResponse, work: Promise<T>): Promise<T | null> =>
  new Promise((resolve, reject) => {
    const gone = () => resolve(null);
    if (isPeerGone(response)) gone();
    else response.once("close", gone);
    work.then(resolve, reject).finally(() => response.off("close", gone));
  });
