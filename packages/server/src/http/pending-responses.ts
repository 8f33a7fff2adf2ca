import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/**
 * The pending answers of each connection; a pipelined connection has several. They are in arrays, since V8 retains much of
 * what is deleted from a long-lived `Set` or `Map` until its next full collection (bench/README.md).
 */
export class PendingResponses {
  private readonly byConnection = new WeakMap<Duplex, ServerResponse[]>();
  /** Those of the connections that have had a request and are open; most are idle. */
  private readonly open = new Map<Duplex, ServerResponse[]>();

  add(connection: Duplex, response: ServerResponse): void {
    const answers = this.byConnection.get(connection) ?? this.begin(connection);
    answers.push(response);
  }

  /** To be called when an answer emits `close`. @returns false if it was called before */
  delete(connection: Duplex, response: ServerResponse): boolean {
    const answers = this.byConnection.get(connection) ?? [];
    const at = answers.indexOf(response);
    if (at >= 0) answers.splice(at, 1);
    return at >= 0;
  }

  *[Symbol.iterator](): Generator<ServerResponse> {
    for (const answers of this.open.values()) if (answers.length > 0) yield* [...answers];
  }

  count(connection: Duplex): number {
    return this.byConnection.get(connection)?.length ?? 0;
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

  private begin(connection: Duplex): ServerResponse[] {
    const answers: ServerResponse[] = [];
    this.byConnection.set(connection, answers);
    if (connection.destroyed) return answers;
    this.open.set(connection, answers);
    connection.once("close", () => {
      // Node emits `close` only for the current answer; those queued behind it would wait for ever.
      queueMicrotask(() => {
        for (const answer of [...answers]) answer.emit("close");
        this.open.delete(connection);
      });
    });
    return answers;
  }
}
