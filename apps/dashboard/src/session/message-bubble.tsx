import type { Message } from "../live/records";
import { classNames } from "../ui/class-names";
import { TimeOfDay } from "../ui/time";
import type { PartialReply } from "./session-stream";

const bubble =
  "mt-1 inline-block max-w-full rounded-xl px-3.5 py-2.5 text-left break-words whitespace-pre-wrap";
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

/** A reply as it is being written. */
export const ReplyBubble = ({ reply }: { readonly reply: PartialReply }) => (
  <li className="max-w-[88%]">
    <p className="text-xs text-ink-faint">Agent · writing…</p>
    <p className={classNames(bubble, agentBubble)}>
      {reply.hasGap && <span className="text-ink-faint">… </span>}
      {reply.text}
      <span
        aria-hidden="true"
        className="ml-0.5 inline-block h-[1em] w-[2px] translate-y-[0.15em] animate-[blink_1s_step-end_infinite] bg-accent"
      />
    </p>
  </li>
);
