import type { AgentDirectory, Clock, SecretStore, SessionStore } from "@adjourn/sessions";
import type { ConnectionTimeouts } from "@adjourn/transports";

export type PortName = "store" | "bus" | "presence" | "credentials";

/** What a test may hold in its own hand. */
export interface Overrides {
  readonly clock?: Clock;
  readonly store?: SessionStore & SecretStore;
  readonly agents?: AgentDirectory;
  readonly connectionTimeouts?: Partial<ConnectionTimeouts>;
  readonly connectionsPerAddress?: number;
  readonly maxUnreadBytes?: number;
  /** Puts something between the server and one of its ports. */
  readonly around?: <Port extends object>(name: PortName, port: Port) => Port;
}
