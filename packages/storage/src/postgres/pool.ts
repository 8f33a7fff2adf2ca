import type { Clock } from "@adjourn/sessions";
import { type ConnectionSettings, PostgresConnection, type ServerTraits } from "./connection.js";

export interface PoolSettings extends ConnectionSettings {
  readonly clock: Clock;
  /** Connections at most; 10 by default. */
  readonly maxConnections?: number | undefined;
}

export const defaultConnections = 10;
const idleMs = 60_000;

/** Connections, each of which one call at a time has for its own. How many there may be is for the caller to see to. */
export class ConnectionPool {
  private readonly idle = new Map<PostgresConnection, { cancel(): void }>();

  private readonly traits: ServerTraits = { answers: 0, isPooled: false };

  constructor(private readonly settings: PoolSettings) {}

  /** How often the server has said something, to anyone. */
  get answers(): number {
    return this.traits.answers;
  }

  /** One that is idle, or a new one, which the caller has to open. */
  take(): PostgresConnection {
    for (const [connection, timer] of this.idle) {
      timer.cancel();
      this.idle.delete(connection);
      if (connection.isUsable) return connection;
      connection.close();
    }
    return new PostgresConnection(this.settings, this.traits);
  }

  /** Keeps it for the next caller, unless it is of no more use. */
  give(connection: PostgresConnection): void {
    if (!connection.isUsable) {
      connection.close();
      return;
    }
    const forget = (): void => {
      this.idle.delete(connection);
      connection.close();
    };
    this.idle.set(connection, this.settings.clock.setTimeout(forget, idleMs));
  }

  /** Those that nobody has at the moment; the others stay with their callers. */
  closeIdle(): void {
    for (const [connection, timer] of this.idle) {
      timer.cancel();
      connection.close();
    }
    this.idle.clear();
  }
}
