"use client";

import { MessageSquareText, ServerOff } from "lucide-react";
import { Fragment, useLayoutEffect, useRef } from "react";
import { type Message, sessionOf } from "../lists/records";
import { describeError } from "../live/call-error";
import { BlankState } from "../ui/blank-state";
import { Button } from "../ui/button";
import { Skeleton } from "../ui/skeleton";
import { MessageBubble, ReplyBubble } from "./message-bubble";
import { SessionDivider } from "./session-divider";
import type { PartialReply } from "./session-stream";

/** Whoever has scrolled further up than this is reading, and is left there. */
const nearEndPx = 80;

interface TranscriptProps {
  readonly sessionId: string;
  readonly messages: readonly Message[];
  readonly replies: readonly PartialReply[];
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
  isGone,
  isLoading,
  problem,
  hasOlder,
  isLoadingOlder,
  onOlder,
}: TranscriptProps) => {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    // Runs with every new message and piece.
    if (box.current && isAtEnd.current && messages.length + replies.length > 0)
      box.current.scrollTop = box.current.scrollHeight;
  }, [messages, replies]);

  if (isLoading && messages.length === 0)
    return (
      <div aria-busy="true" className="grid gap-4 p-5">
        <Skeleton className="h-14 w-2/3" />
        <Skeleton className="ml-auto h-14 w-1/2" />
        <Skeleton className="h-20 w-3/4" />
      </div>
    );
  if (messages.length + replies.length === 0 && problem)
    return (
      <BlankState icon={ServerOff} title="The transcript can't be shown">
        {describeError(problem)}
      </BlankState>
    );
  if (messages.length + replies.length === 0)
    return (
      <BlankState icon={MessageSquareText} title="No messages">
        {isGone
          ? "Nothing was said in this channel."
          : "What user and agent say appears here as they say it."}
      </BlankState>
    );
  return (
    <section
      ref={box}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be within reach of the keyboard
      tabIndex={0}
      aria-label="Messages"
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < nearEndPx;
      }}
      className="max-h-[60dvh] overflow-y-auto lg:max-h-[calc(100dvh-14rem)] lg:min-h-64 rounded-lg p-4 -outline-offset-2 sm:p-5"
    >
      {hasOlder && (
        <div className="mb-4 text-center">
          <Button size="small" onClick={onOlder} aria-disabled={isLoadingOlder}>
            {isLoadingOlder ? "Loading…" : "Earlier messages"}
          </Button>
        </div>
      )}
      <ol className="grid grid-cols-[minmax(0,1fr)] gap-4">
        {messages.map((message, index) => {
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
        })}
        {replies.map((reply) => (
          <ReplyBubble key={reply.messageId} reply={reply} isCut={isGone} />
        ))}
      </ol>
    </section>
  );
};
