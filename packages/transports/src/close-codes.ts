import type { DropCause } from "@adjourn/sessions";

export interface Close {
  readonly code: number;
  readonly reason: string;
}

/** How a WebSocket says that its session is over, or was over before it came (contract §4). */
export const sessionEndedClose: Close = { code: 4410, reason: "session ended" };
export const sessionNotFoundClose: Close = { code: 4404, reason: "session not found" };

/** Both may come back with their last id. */
export const dropCloses = {
  too_slow: { code: 4408, reason: "reads too slowly" },
  draining: { code: 1012, reason: "service restart" },
} as const satisfies Record<DropCause, Close>;
