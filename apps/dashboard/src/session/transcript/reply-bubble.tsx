import { classNames } from "../../ui/classes/class-names";
import type { PartialReply } from "../stream/partial-replies";
import { agentBubble, bubble, line } from "./message-bubble";
import { StopButton } from "./stop-button";

interface ReplyBubbleProps {
  readonly sessionId: string;
  readonly reply: PartialReply;
  readonly isCut: boolean;
  readonly onNotInFlight: () => void;
}

/** A reply as it is being written, or as far as it had come when the session ended. */
export const ReplyBubble = ({ sessionId, reply, isCut, onNotInFlight }: ReplyBubbleProps) => (
  <li className={line}>
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <p id={`reply-${reply.inReplyTo}`} className="text-xs text-ink-faint">
        {stateOf(reply, isCut)}
      </p>
      {!isCut && (
        <StopButton
          sessionId={sessionId}
          reply={reply}
          onNotInFlight={onNotInFlight}
          describedBy={`reply-${reply.inReplyTo}`}
        />
      )}
    </div>
    {reply.text !== "" && (
      <p
        className={classNames(
          bubble,
          agentBubble,
          isCut && "border border-dashed border-line-strong text-ink-soft ring-0",
        )}
      >
        {reply.hasGap && <span className="text-ink-faint">… </span>}
        {reply.text}
        {!isCut && <Caret />}
      </p>
    )}
  </li>
);

const stateOf = (reply: PartialReply, isCut: boolean): string => {
  if (isCut) return "Agent · cut off by the end, not kept";
  return reply.text === "" ? "Agent · waiting…" : "Agent · writing…";
};

const Caret = () => (
  <span
    aria-hidden="true"
    className="ml-0.5 inline-block h-[1em] w-[2px] translate-y-[0.15em] animate-[blink_1s_step-end_infinite] bg-accent"
  />
);
