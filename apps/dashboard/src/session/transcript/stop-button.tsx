"use client";

import { sessionErrorOf } from "@adjourn/client";
import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useMutation } from "@tanstack/react-query";
import { Square } from "lucide-react";
import { useLayoutEffect, useRef } from "react";
import { describeError, isGoneError } from "../../live/call-error";
import { useLiveStore } from "../../live/live-context";
import { useAnnounce } from "../../ui/announcer";
import { Button } from "../../ui/button";
import type { PartialReply } from "../stream/partial-replies";

interface StopButtonProps {
  readonly sessionId: string;
  readonly reply: PartialReply;
  /** The reply was not in flight any more. */
  readonly onNotInFlight: () => void;
  /** The id of the text that says which reply it is. */
  readonly describedBy: string;
}

/** Stops one reply and keeps its text so far. The session goes on. */
export const StopButton = ({ sessionId, reply, onNotInFlight, describedBy }: StopButtonProps) => {
  const ref = useFocusHandedOn();
  const stop = useStop({ sessionId, reply, onNotInFlight });
  return (
    <Button
      ref={ref}
      size="small"
      className="h-7 [&_svg]:size-3 print:hidden"
      aria-describedby={describedBy}
      aria-disabled={stop.isPending}
      onClick={() => stop.isPending || stop.mutate()}
    >
      <Square aria-hidden="true" className="fill-current" />
      Stop
    </Button>
  );
};

const useStop = ({ sessionId, reply, onNotInFlight }: Omit<StopButtonProps, "describedBy">) => {
  const api = useTRPCClient();
  const store = useLiveStore();
  const announce = useAnnounce();
  return useMutation({
    mutationFn: () =>
      api.cancelReply.mutate({ sessionId, messageId: reply.messageId ?? reply.inReplyTo, partial: "keep" }),
    onSuccess: ({ stored }) =>
      announce({
        title: "Reply stopped",
        detail: stored ? "Its text so far is kept." : "It had no text yet.",
      }),
    onError: (error) => {
      if (isGoneError(error)) return store.markGone(sessionId);
      if (sessionErrorOf(error)?.code !== "REPLY_NOT_FOUND")
        return announce({ title: "Not stopped", detail: describeError(error) });
      onNotInFlight();
      announce({ title: "The reply had already finished" });
    },
  });
};

/** The button goes with its reply. The focus passes to the box of messages, so that it is not lost. */
const useFocusHandedOn = () => {
  const ref = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const button = ref.current;
    // The cleanup runs while the button is still in the page.
    return () => {
      if (button && document.activeElement === button)
        button.closest<HTMLElement>("[tabindex]")?.focus({ preventScroll: true });
    };
  }, []);
  return ref;
};
