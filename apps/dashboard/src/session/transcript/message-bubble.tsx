import { memo } from "react";
import type { Message } from "../../lists/records";
import { classNames } from "../../ui/classes/class-names";
import { TimeOfDay } from "../../ui/time/time";
import { FinishMark, TokenMark } from "./message-marks";

/** A row of the transcript. On wide pages its width is limited for legibility. */
export const line = "max-w-[min(88%,44rem)] print:max-w-full";
export const bubble =
  "mt-1 inline-block max-w-full rounded-xl px-3.5 py-2.5 text-left wrap-anywhere whitespace-pre-wrap print:border print:border-line-strong";
export const agentBubble = "rounded-tl-sm bg-sunken ring-1 ring-line ring-inset";

interface MessageBubbleProps {
  readonly message: Message;
}

/** Memoised: it does not render again while a reply is being written below it. */
export const MessageBubble = memo(({ message }: MessageBubbleProps) => (
  <li className={classNames("group/message", line, !message.isAgent && "justify-self-end text-right")}>
    <div className="flex flex-wrap items-center gap-x-2 text-xs text-ink-faint">
      <p className={classNames(!message.isAgent && "flex-1")}>
        {message.isAgent ? "Agent" : "User"} · <TimeOfDay at={message.createdAt} seconds />
      </p>
      {message.usage && <TokenMark usage={message.usage} />}
    </div>
    <p className={classNames(bubble, message.isAgent ? agentBubble : "rounded-tr-sm bg-accent-wash")}>
      {message.content}
    </p>
    {message.attachments && message.attachments.length > 0 && (
      <p className="mt-1 text-xs text-ink-faint">
        {message.attachments.length} attachment{message.attachments.length === 1 ? "" : "s"}
      </p>
    )}
    <FinishMark finishReason={message.finishReason} />
  </li>
));
