import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Answers with fewer unread bytes do not trigger a count. */
const ignoredBytes = 65_536;

/**
 * Limits the bytes that one address leaves unread over all its connections. Beyond the limit it cuts the connection with
 * the most, so that a caller who reads is not cut because of one who does not.
 */
export class UnreadResponseBytes {
  constructor(
    private readonly maxBytes: number,
    /** The answers that have begun or may begin, read anew at each count. */
    private readonly answers: Iterable<ServerResponse>,
    private readonly networkOf: (response: ServerResponse) => string | undefined,
  ) {}

  /** To be called once the whole answer has been written. */
  count(response: ServerResponse): void {
    if (response.writableLength <= ignoredBytes) return;
    const network = this.networkOf(response);
    this.cutTooMuch([...this.answers].filter((other) => this.networkOf(other) === network));
  }

  private cutTooMuch(answers: readonly ServerResponse[]): void {
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
