import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/** The pending answers of each connection; a pipelined connection has several. */
export class PendingResponses {
  /** Of all connections. */
  private readonly all = new Set<ServerResponse>();
  private readonly byConnection = new WeakMap<Duplex, Set<ServerResponse>>();

  add(connection: Duplex, response: ServerResponse): void {
    const answers = this.byConnection.get(connection) ?? this.begin(connection);
    answers.add(response);
    this.all.add(response);
  }

  /** To be called when an answer emits `close`. @returns false if it was called before */
  delete(connection: Duplex, response: ServerResponse): boolean {
    this.byConnection.get(connection)?.delete(response);
    return this.all.delete(response);
  }

  [Symbol.iterator](): Iterator<ServerResponse> {
    return this.all.values();
  }

  count(connection: Duplex): number {
    return this.byConnection.get(connection)?.size ?? 0;
  }

  /** Whether part of an answer has been written. */
  isAnyBegun(connection: Duplex): boolean {
    return this.on(connection).some(({ headersSent }) => headersSent);
  }

  /** Resolves when all answers that are pending now have closed. */
  over(connection: Duplex): Promise<unknown> {
    return Promise.all(this.on(connection).map((response) => once(response, "close")));
  }

  /** Closes a connection after its last pending answer. A request that arrives meanwhile is still answered. */
  closeAfterLast(connection: Duplex): void {
    const last = this.on(connection).at(-1);
    if (last === undefined) return;
    if (!last.headersSent) last.setHeader("Connection", "close");
    else
      last.once("close", () => {
        if (this.count(connection) === 0) connection.end();
      });
  }

  private on(connection: Duplex): readonly ServerResponse[] {
    return [...(this.byConnection.get(connection) ?? [])];
  }

  private begin(connection: Duplex): Set<ServerResponse> {
    const answers = new Set<ServerResponse>();
    this.byConnection.set(connection, answers);
    connection.once("close", () => {
      // Node emits `close` only for the current answer; those queued behind it would wait for ever.
      queueMicrotask(() => {
        for (const answer of answers) answer.emit("close");
      });
    });
    return answers;
  }
}
