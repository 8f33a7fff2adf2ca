"use client";

import { sessionErrorOf } from "@adjourn/client";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import type { SessionEvent } from "../../lists/records";
import { isGoneError } from "../../live/call-error";
import { useLive } from "../../live/live-context";
import { observeServerTime } from "../../live/server-clock";
import { keepSession } from "./keep-session";
import type { PartialReply } from "./partial-replies";
import { emptyStream, withEvent, withoutReply } from "./session-stream";

const tryAgainMs = 2_000;

/** Subscribes to one session until it is gone. Reconnects by itself and resumes after the last message received. */
export const useSessionStream = (sessionId: string, enabled: boolean) => {
  const { socket, store } = useLive();
  const queryClient = useQueryClient();
  const [stream, setStream] = useState(emptyStream);
  const lastEventId = useRef<string | null>(null);
  const isFinished = useRef(false);

  useEffect(() => {
    if (!socket || !enabled) return;
    let isStopped = false;
    let unsubscribe = () => {};
    let retry: ReturnType<typeof setTimeout> | undefined;

    const finish = () => {
      isFinished.current = true;
      store.markGone(sessionId);
    };
    const take = (event: SessionEvent) => {
      setStream((before) => withEvent(before, event));
      if ("session" in event) {
        observeServerTime(event.session);
        keepSession(queryClient, event.session);
      }
      if (event.type === "session.ended") finish();
    };
    const again = () => {
      if (isStopped || isFinished.current) return;
      clearTimeout(retry);
      retry = setTimeout(begin, tryAgainMs);
    };
    const begin = () => {
      if (isFinished.current) return;
      const subscription = socket.trpc.sessionEvents.subscribe(
        // `observe`: the operator is no listener of the session, and an end does not count this subscription.
        { sessionId, lastEventId: lastEventId.current, observe: true },
        {
          onData: ({ id, data }) => {
            lastEventId.current = id;
            take(data);
          },
          onError: (error) => {
            if (isGoneError(error)) return finish();
            // The id that we stopped at is not the server's any more: begin from now.
            if (sessionErrorOf(error)?.code === "VALIDATION_ERROR") lastEventId.current = null;
            again();
          },
          onComplete: again,
        },
      );
      unsubscribe = () => subscription.unsubscribe();
    };

    begin();
    return () => {
      isStopped = true;
      clearTimeout(retry);
      unsubscribe();
    };
  }, [socket, sessionId, enabled, store, queryClient]);

  const removeReply = useCallback(
    ({ inReplyTo }: PartialReply) => setStream((before) => withoutReply(before, inReplyTo)),
    [],
  );
  return { stream, removeReply };
};
