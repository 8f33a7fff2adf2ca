"use client";

import { MessageSquareText, ServerOff } from "lucide-react";
import { Fragment, type UIEvent, useLayoutEffect, useRef } from "react";
import { type Message, sessionOf } from "../../lists/records";
import { describeError } from "../../live/call-error";
import { Button } from "../../ui/button";
import { BlankState } from "../../ui/layout/blank-state";
import { Skeleton } from "../../ui/layout/skeleton";
import type { PartialReply } from "../stream/partial-replies";
import { MessageBubble } from "./message-bubble";
import { ReplyBubble } from "./reply-bubble";
import { SessionDivider } from "./session-divider";

/** A user who has scrolled up further than this is reading; the box stays where it is. */
const nearEndPx = 80;

interface TranscriptProps {
  readonly sessionId: string;
  readonly messages: readonly Message[];
  readonly replies: readonly PartialReply[];
  /** A reply among `replies` was not in flight any more when it was to be stopped. */
  readonly onNotInFlight?: (reply: PartialReply) => void;
  /** Replies that were being written were cut off. */
  readonly isGone: boolean;
  readonly isLoading: boolean;
  /** Why there is no history to show. */
  readonly problem: unknown;
  readonly hasOlder: boolean;
  readonly isLoadingOlder: boolean;
  readonly onOlder: () => void;
}

export const Transcript = ({
  sessionId,
  messages,
  replies,
  onNotInFlight,
  isGone,
  isLoading,
  problem,
  hasOlder,
  isLoadingOlder,
  onOlder,
}: TranscriptProps) => {
  const scrolling = useStickToEnd(messages, replies);
  const isEmpty = messages.length + replies.length === 0;
  if (isEmpty || (isLoading && messages.length === 0))
    return <NoMessages isLoading={isLoading} problem={problem} isGone={isGone} />;
  return (
    <section
      {...scrolling}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be within reach of the keyboard
      tabIndex={0}
      aria-label="Messages"
      data-messages
      className="min-h-0 flex-1 overflow-y-auto rounded-b-lg p-4 -outline-offset-2 [overflow-anchor:none] sm:p-5 print:overflow-visible print:p-0"
    >
      {hasOlder && <p className="mb-3 hidden print:block">The messages before these are not printed here.</p>}
      {hasOlder && (
        <div className="mb-4 text-center print:hidden">
          <Button size="small" onClick={onOlder} aria-disabled={isLoadingOlder}>
            {isLoadingOlder ? "Loading…" : "Earlier messages"}
          </Button>
        </div>
      )}
      <ol className="mx-auto grid max-w-4xl grid-cols-[minmax(0,1fr)] gap-4 print:max-w-none">
        <Messages sessionId={sessionId} messages={messages} />
        {replies.map((reply) => (
          <ReplyBubble
            key={reply.inReplyTo}
            sessionId={sessionId}
            reply={reply}
            isCut={isGone}
            onNotInFlight={() => onNotInFlight?.(reply)}
          />
        ))}
      </ol>
    </section>
  );
};

/** Whether a button in the box has the pointer or the focus, so that it must not move now. */
const isAimedAt = (box: HTMLElement): boolean =>
  box.querySelector("button:is(:hover, :focus-visible)") !== null;

/**
 * Keeps a box scrolled to its end, unless the user has scrolled up or is at a button in it. What is being read stays in
 * its place when older messages come in above it. Returns the properties of the box.
 */
const useStickToEnd = (messages: readonly Message[], replies: readonly PartialReply[]) => {
  const ref = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const before = useRef({ firstId: "", height: 0 });
  useLayoutEffect(() => {
    const box = ref.current;
    if (!box) return;
    const firstId = messages[0]?.id ?? "";
    if (isAtEnd.current && messages.length + replies.length > 0 && !isAimedAt(box))
      box.scrollTop = box.scrollHeight;
    else if (before.current.firstId !== "" && before.current.firstId !== firstId)
      box.scrollTop += box.scrollHeight - before.current.height;
    before.current = { firstId, height: box.scrollHeight };
  }, [messages, replies]);
  const onScroll = ({ currentTarget: { scrollHeight, scrollTop, clientHeight } }: UIEvent<HTMLElement>) => {
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < nearEndPx;
  };
  return { ref, onScroll };
};

/** Shown in place of the transcript while it has no messages. */
const NoMessages = ({
  isLoading,
  problem,
  isGone,
}: Pick<TranscriptProps, "isLoading" | "problem" | "isGone">) => {
  if (isLoading)
    return (
      <div aria-busy="true" className="grid gap-4 p-5">
        <Skeleton className="h-14 w-2/3" />
        <Skeleton className="ml-auto h-14 w-1/2" />
        <Skeleton className="h-20 w-3/4" />
      </div>
    );
  if (problem)
    return (
      <BlankState icon={ServerOff} title="The transcript can't be shown">
        {describeError(problem)}
      </BlankState>
    );
  return (
    <BlankState icon={MessageSquareText} title="No messages">
      {isGone ? "Nothing was said in this channel." : "What user and agent say appears here as they say it."}
    </BlankState>
  );
};

const Messages = ({ sessionId, messages }: Pick<TranscriptProps, "sessionId" | "messages">) =>
  messages.map((message, index) => {
    const before = messages[index - 1];
    const isOther = sessionOf(message) !== (before ? sessionOf(before) : sessionId);
    return (
      <Fragment key={message.id}>
        {isOther && (
          <SessionDivider sessionId={sessionOf(message)} isThis={sessionOf(message) === sessionId} />
        )}
        <MessageBubble message={message} />
      </Fragment>
    );
  });
