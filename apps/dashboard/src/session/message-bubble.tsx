import type { Message } from "../lists/records";
import { classNames } from "../ui/class-names";
import { TimeOfDay } from "../ui/time";
import type { PartialReply } from "./session-stream";

const bubble =
  "mt-1 inline-block max-w-full rounded-xl px-3.5 py-2.5 text-left wrap-anywhere whitespace-pre-wrap";
const agentBubble = "rounded-tl-sm bg-sunken ring-1 ring-line ring-inset";

export const MessageBubble = ({ message }: { readonly message: Message }) => (
  <li className={classNames("max-w-[88%]", !message.isAgent && "justify-self-end text-right")}>
    <p className="text-xs text-ink-faint">
      {message.isAgent ? "Agent" : "User"} · <TimeOfDay at={message.createdAt} seconds />
    </p>
    <p className={classNames(bubble, message.isAgent ? agentBubble : "rounded-tr-sm bg-accent-wash")}>
      {message.content}
    </p>
    {message.attachments && message.attachments.length > 0 && (
      <p className="mt-1 text-xs text-ink-faint">
        {message.attachments.length} attachment{message.attachments.length === 1 ? "" : "s"}
      </p>
    )}
  </li>
);

interface ReplyBubbleProps {
  readonly reply: PartialReply;
  readonly isCut: boolean;
}

/** A reply as it is being written, or as far as it had come when the session ended. */
export const ReplyBubble = ({ reply, isCut }: ReplyBubbleProps) => (
  <li className="max-w-[88%]">
    <p className="text-xs text-ink-faint">
      {isCut ? "Agent · cut off by the end, not kept" : "Agent · writing…"}
    </p>
    <p
      className={classNames(
        bubble,
        agentBubble,
        isCut && "border border-dashed border-line-strong text-ink-soft ring-0",
      )}
    >
      {reply.hasGap && <span className="text-ink-faint">… </span>}
      {reply.text}
      {!isCut && (
        <span
          aria-hidden="true"
          className="ml-0.5 inline-block h-[1em] w-[2px] translate-y-[0.15em] animate-[blink_1s_step-end_infinite] bg-accent"
        />
      )}
    </p>
  </li>
);
