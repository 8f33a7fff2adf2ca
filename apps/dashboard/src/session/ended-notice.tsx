"use client";

import { OctagonX } from "lucide-react";
import Link from "next/link";
import { causeNames, whoEnded, whyEnded } from "../endings/ending-words";
import type { Ending } from "../lists/records";
import { Notice } from "../ui/notice";
import { TimeOfDay } from "../ui/time";
import type { SessionEnd } from "./session-stream";
import { tokenCounts } from "./token-counts";

interface EndedNoticeProps {
  readonly sessionId: string;
  readonly ending: Ending | undefined;
  /** From the `session.ended` event, used until the ending is loaded. */
  readonly end: SessionEnd | null;
}

export const EndedNotice = ({ sessionId, ending, end }: EndedNoticeProps) => {
  const known = ending ?? end;
  return (
    <Notice
      role="alert"
      icon={OctagonX}
      tone="danger"
      className="mb-5"
      title={
        known ? (
          <>
            This session ended at <TimeOfDay at={known.endedAt} seconds />
            {ending && ` by ${whoEnded(ending)}`}
          </>
        ) : (
          "This session has ended"
        )
      }
    >
      {known && (
        <p>
          {causeNames[known.cause]}. {whyEnded(known)}
        </p>
      )}
      {ending?.usage && <p>Tokens: {tokenCounts(ending.usage)}</p>}
      <p className="mt-1">
        The transcript stays.{" "}
        <Link
          href={`/endings/${encodeURIComponent(sessionId)}`}
          className="rounded font-medium text-ink underline underline-offset-3"
        >
          See its ending
        </Link>
      </p>
    </Notice>
  );
};
