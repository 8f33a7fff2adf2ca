import type { AgentDirectory, Clock, SecretStore, SessionStore } from "@adjourn/sessions";
import type { ConnectionTimeouts, UnreadSocketLimits } from "@adjourn/transports";

export type PortName = "store" | "bus" | "presence" | "credentials";

/** Parts that a test can replace. */
export interface Overrides {
  readonly clock?: Clock;
  readonly store?: SessionStore & SecretStore;
  readonly agents?: AgentDirectory;
  readonly connectionTimeouts?: Partial<ConnectionTimeouts>;
  readonly connectionsPerAddress?: number;
  readonly maxUnreadBytes?: number;
  readonly unreadSocketLimits?: UnreadSocketLimits;
  /** Wraps one of the server's ports. */
  readonly around?: <Port extends object>(name: PortName, port: Port) => Port;
}
