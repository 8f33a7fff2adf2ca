import type { Clock } from "@adjourn/sessions";
import { type ConnectionSettings, PostgresConnection, type ServerTraits } from "./connection.js";

export interface PoolSettings extends ConnectionSettings {
  readonly clock: Clock;
  /** Connections at most; 10 by default. */
  readonly maxConnections?: number | undefined;
}

export const defaultConnections = 10;
const idleMs = 60_000;

/** Connections that each serve one call at a time. The caller limits how many there are. */
export class ConnectionPool {
  private readonly idle = new Map<PostgresConnection, { cancel(): void }>();

  private readonly traits: ServerTraits = { answers: 0, isPooled: false };

  constructor(private readonly settings: PoolSettings) {}

  /** How many messages the server has sent on all connections. */
  get answers(): number {
    return this.traits.answers;
  }

  /** An idle connection, or a new one that the caller must open. */
  take(): PostgresConnection {
    for (const [connection, timer] of this.idle) {
      timer.cancel();
      this.idle.delete(connection);
      if (connection.isUsable) return connection;
      connection.close();
    }
    return new PostgresConnection(this.settings, this.traits);
  }

  /** Keeps the connection for the next caller if it is usable. */
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

  /** Closes idle connections; those in use stay with their callers. */
  closeIdle(): void {
    for (const [connection, timer] of this.idle) {
      timer.cancel();
      connection.close();
    }
    this.idle.clear();
  }
}
