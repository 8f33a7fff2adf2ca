import type { QueryClient } from "@tanstack/react-query";
import type { SessionInfo } from "../../lists/records";
import { inBackground } from "../../live/in-background";

export const sessionKey = (sessionId: string) => ["session", sessionId] as const;

/** Stores what an event says of a session. A request under way may have been answered before it, so it is cancelled. */
export const keepSession = (queryClient: QueryClient, session: SessionInfo): void => {
  const queryKey = sessionKey(session.sessionId);
  inBackground(queryClient.cancelQueries({ queryKey, exact: true }));
  queryClient.setQueryData(queryKey, session);
};
