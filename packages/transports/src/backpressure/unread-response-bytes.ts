import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Answers with fewer unread bytes do not trigger a count. */
const ignoredBytes = 65_536;

/**
 * Limits the bytes that one address leaves unread over all its connections. Beyond the limit it cuts the connection with
 * the most, so that a caller who reads is not cut because of one who does not.
 */
export class UnreadResponseBytes {
  private readonly byNetwork = new Map<string, Map<ServerResponse, Socket>>();

  constructor(private readonly maxBytes: number) {}

  watch(network: string, { socket }: IncomingMessage, response: ServerResponse): void {
    const answers = this.byNetwork.get(network) ?? new Map<ServerResponse, Socket>();
    this.byNetwork.set(network, answers);
    answers.set(response, socket);
    response.once("ended", () => {
      if (response.writableLength > ignoredBytes) this.cutTooMuch(answers);
    });
    response.once("close", () => {
      answers.delete(response);
      if (answers.size === 0) this.byNetwork.delete(network);
    });
  }

  private cutTooMuch(answers: ReadonlyMap<ServerResponse, Socket>): void {
    const unread = new Map<Socket, number>();
    let sum = 0;
    // A pipelined answer that waits counts its own bytes; the current one counts those of the connection.
    for (const [response, connection] of answers) {
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
