import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Answers with fewer unread bytes do not trigger a count. */
const ignoredBytes = 65_536;

/**
 * Limits the bytes that one address leaves unread over all its connections. Beyond the limit it cuts the connection with
 * the most, so that a caller who reads is not cut because of one who does not.
 */
export class UnreadResponseBytes {
  private readonly byNetwork = new Map<string, Set<ServerResponse>>();

  constructor(private readonly maxBytes: number) {}

  add(network: string, response: ServerResponse): void {
    const answers = this.byNetwork.get(network);
    if (answers) answers.add(response);
    else this.byNetwork.set(network, new Set([response]));
  }

  /** To be called once the answer has closed. */
  delete(network: string, response: ServerResponse): void {
    const answers = this.byNetwork.get(network);
    if (answers?.delete(response) && answers.size === 0) this.byNetwork.delete(network);
  }

  /** To be called once the whole answer has been written. */
  count(network: string, response: ServerResponse): void {
    const answers = this.byNetwork.get(network);
    if (answers && response.writableLength > ignoredBytes) this.cutTooMuch(answers);
  }

  private cutTooMuch(answers: ReadonlySet<ServerResponse>): void {
    const unread = new Map<Socket, number>();
    let sum = 0;
    // A pipelined answer that waits counts its own bytes; the current one counts those of the connection.
    for (const response of answers) {
      const connection = response.req.socket;
      if (connection.destroyed) continue;
      sum += response.writableLength;
      unread.set(connection, (unread.get(connection) ?? 0) + response.writableLength);
    }
    const byMost = [...unread].sort(([, a], [, b]) => b - a);
    for (const [connection, bytes] of byMost) {
      if (sum <= this.maxBytes) return;
      connection.destroy();
      sum -= bytes;
    }
  }
}
