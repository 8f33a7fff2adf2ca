/** Requests that begin in one turn of the event loop. */
const requestsPerTurn = 16;

/**
 * Spreads the start of requests over turns of the event loop. Node passes all pipelined requests of a packet on in one
 * turn, hundreds from each connection. Waiting requests take turns by connection, so that one that pipelines does not
 * delay the others.
 */
export class RequestTurns<Connection extends object> {
  private begun = 0;
  private isScheduled = false;
  /** The connection whose turn is next is the first. */
  private readonly waiting = new Map<Connection, (() => void)[]>();

  constructor(private readonly perTurn = requestsPerTurn) {}

  /** Calls `start` in this turn if the limit allows, else in a later one. It must not throw. */
  run(connection: Connection, start: () => void): void {
    const queue = this.waiting.get(connection);
    if (queue) queue.push(start);
    else if (this.waiting.size > 0 || this.begun >= this.perTurn) this.waiting.set(connection, [start]);
    else {
      this.begun += 1;
      this.schedule();
      start();
    }
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => this.nextTurn());
  }

  private nextTurn(): void {
    this.isScheduled = false;
    for (this.begun = 0; this.begun < this.perTurn; this.begun += 1) {
      const [next] = this.waiting;
      if (!next) break;
      const [connection, queue] = next;
      const start = queue.shift();
      // Set again, it is the last.
      this.waiting.delete(connection);
      if (queue.length > 0) this.waiting.set(connection, queue);
      start?.();
    }
    if (this.begun > 0) this.schedule();
  }
}
