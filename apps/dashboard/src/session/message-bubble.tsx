import type { Message } from "../lists/records";
import { classNames } from "../ui/class-names";
import { TimeOfDay } from "../ui/time";
import { FinishMark, TokenMark } from "./message-marks";

export const bubble =
  "mt-1 inline-block max-w-full rounded-xl px-3.5 py-2.5 text-left wrap-anywhere whitespace-pre-wrap";
export const agentBubble = "rounded-tl-sm bg-sunken ring-1 ring-line ring-inset";

export const MessageBubble = ({ message }: { readonly message: Message }) => (
  <li className={classNames("group/message max-w-[88%]", !message.isAgent && "justify-self-end text-right")}>
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
);
