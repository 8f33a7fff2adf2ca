import { Hash } from "lucide-react";
import type { Message } from "../../lists/records";
import { Badge, type BadgeTone } from "../../ui/badge";
import { describeTokens } from "./token-counts";

type Mark = { readonly text: string; readonly tone: BadgeTone };

/** The marks of replies that did not end normally. */
const marks: Readonly<Partial<Record<NonNullable<Message["finishReason"]>, Mark>>> = {
  length: { text: "Cut at the model's token limit", tone: "warning" },
  content_filter: { text: "Cut by the content filter", tone: "warning" },
  cancelled: { text: "Stopped", tone: "neutral" },
};

export const FinishMark = ({ finishReason }: Pick<Message, "finishReason">) => {
  const mark = finishReason && marks[finishReason];
  if (!mark) return null;
  return (
    <p className="mt-1.5">
      <Badge tone={mark.tone}>{mark.text}</Badge>
    </p>
  );
};

/** Shows its text while the message is hovered or it has the focus. The text always has its place, so nothing moves. */
export const TokenMark = ({ usage }: { readonly usage: NonNullable<Message["usage"]> }) => (
  <button
    type="button"
    className="group/tokens inline-flex min-h-6 min-w-6 items-center gap-1 rounded px-1 text-ink-faint -outline-offset-1"
  >
    <Hash aria-hidden="true" className="size-3" />
    <span className="opacity-0 group-hover/message:opacity-100 group-focus/tokens:opacity-100">
      {describeTokens(usage)}
    </span>
  </button>
);
