import type { DropCause } from "@adjourn/sessions";

export interface Close {
  readonly code: number;
  readonly reason: string;
}

/** The session ended, or had ended before the socket was opened (contract §4). */
export const sessionEndedClose: Close = { code: 4410, reason: "session ended" };
export const sessionNotFoundClose: Close = { code: 4404, reason: "session not found" };

/** After either close the client can reconnect with its last event id. */
export const dropCloses = {
  too_slow: { code: 4408, reason: "reads too slowly" },
  draining: { code: 1012, reason: "service restart" },
} as const satisfies Record<DropCause, Close>;
