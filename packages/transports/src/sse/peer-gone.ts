import type { ServerResponse } from "node:http";

/**
 * Whether nobody is left to read an answer. Who asks after an await asks too late for `close`, which has been told by
 * then; and an answer that waits in a pipeline behind another one shows nothing itself, only its connection does.
 */
export const isPeerGone = (response: ServerResponse): boolean =>
  response.closed || response.destroyed || response.req.socket.destroyed;

/** What `work` comes to, or null as soon as the peer has gone; `work` goes on then. */
export const unlessPeerGone = <T>(response: ServerResponse, work: Promise<T>): Promise<T | null> =>
  new Promise((resolve, reject) => {
    const gone = () => resolve(null);
    if (isPeerGone(response)) gone();
    else response.once("close", gone);
    work.then(resolve, reject).finally(() => response.off("close", gone));
  });
