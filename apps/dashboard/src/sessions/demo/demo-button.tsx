"use client";

import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useMutation } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { useRouter } from "next/navigation";
import { describeError } from "../../live/call-error";
import { useAnnounce } from "../../ui/announcer";
import { Button } from "../../ui/button";
import { randomId } from "../../ui/random-id";

/** The built-in agent that repeats a message word by word. */
const typewriterId = "00000000-0000-4000-8000-000000000002";
const pauseBeforeWordMs = 400;
/** Time for the session's page to open and subscribe before the reply begins. */
const pageOpensWithinMs = 1_200;
const speech = `This meeting has no agenda, and that is its agenda. I will go on, one word at a time, in no
  hurry at all, until I have said everything or until somebody ends the session. When that happens I stop
  at once: every listener is notified and dropped, this reply is not kept, and nothing more can be written. What
  was said before stays where it is. So take your time, find the red button, and adjourn.`.replace(
  /\s+/g,
  " ",
);

/** Starts a session whose reply takes about half a minute, and opens it. */
export const DemoButton = ({ kind }: { readonly kind: "primary" | "outline" }) => {
  const api = useTRPCClient();
  const router = useRouter();
  const announce = useAnnounce();
  const start = useMutation({
    mutationFn: async () => {
      const { sessionId } = await api.createSession.mutate({
        agentId: typewriterId,
        userId: randomId(),
        metadata: { demo: true },
      });
      router.push(`/sessions/${encodeURIComponent(sessionId)}`);
      await new Promise((resolve) => setTimeout(resolve, pageOpensWithinMs));
      await api.sendSessionMessage.mutate({
        sessionId,
        content: speech,
        metadata: { delayMs: pauseBeforeWordMs },
      });
    },
    onError: (error) =>
      announce({ title: "The demo session could not be started", detail: describeError(error) }),
  });
  return (
    <Button kind={kind} aria-disabled={start.isPending} onClick={() => start.isPending || start.mutate()}>
      <Play aria-hidden="true" />
      {start.isPending ? "Starting…" : "Start a demo session"}
    </Button>
  );
};
