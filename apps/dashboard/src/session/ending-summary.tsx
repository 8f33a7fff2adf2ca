"use client";

import { SquareCheckBig } from "lucide-react";
import type { ReactNode } from "react";
import { causeNames, whoEnded, whyEnded } from "../endings/ending-words";
import type { Ending } from "../lists/records";
import { Badge } from "../ui/badge";
import { Card } from "../ui/layout/card";
import { formatDuration } from "../ui/time/time";
import type { SessionEnd } from "./stream/session-stream";
import { FullTime } from "./transcript/full-time";
import { tokenCounts } from "./transcript/token-counts";

interface EndingSummaryProps {
  readonly ending: Ending | undefined;
  /** From the `session.ended` event, used until the ending is loaded. */
  readonly end: SessionEnd | null;
}

/** Who ended the session, when and why, and what was cut off. */
export const EndingSummary = ({ ending, end }: EndingSummaryProps) => {
  const known = ending ?? end;
  return (
    <Card aria-label="Ending" className="mb-5 px-4 py-3.5 sm:px-5 print:border-0 print:p-0 print:shadow-none">
      <div className="flex gap-3">
        <SquareCheckBig aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-ink-soft print:hidden" />
        <div role="alert" className="min-w-0 flex-1">
          <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
            <p className="font-medium">
              This session ended
              {known ? (
                <>
                  {" "}
                  at <FullTime at={known.endedAt} />
                </>
              ) : (
                ""
              )}
            </p>
            {known && <Badge>{causeNames[known.cause]}</Badge>}
          </div>
          <p className="mt-0.5 min-h-5 text-ink-soft">{ending && <>Ended by {whoEnded(ending)}</>}</p>
          {known && <p className="mt-1 wrap-anywhere">{whyEnded(known)}</p>}
        </div>
      </div>
      <CutFigures ending={ending} />
    </Card>
  );
};

/** Reserves the height of the figures until they are loaded. */
const CutFigures = ({ ending }: { readonly ending: Ending | undefined }) => (
  <dl className="mt-3 grid grid-cols-2 gap-x-6 gap-y-2 border-t border-line pt-3 tabular-nums sm:flex sm:flex-wrap sm:gap-x-10">
    <Figure name="Listeners dropped">{ending?.listenersDropped.toLocaleString() ?? "–"}</Figure>
    <Figure name="Operations cancelled">{ending?.operationsAborted.toLocaleString() ?? "–"}</Figure>
    <Figure name="Messages">{ending?.messageCount.toLocaleString() ?? "–"}</Figure>
    <Figure name="Lasted">
      {ending ? formatDuration(Date.parse(ending.endedAt) - Date.parse(ending.createdAt)) : "–"}
    </Figure>
    {ending?.usage && <Figure name="Tokens">{tokenCounts(ending.usage)}</Figure>}
  </dl>
);

const Figure = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <div>
    <dt className="text-xs text-ink-soft">{name}</dt>
    <dd className="font-medium">{children}</dd>
  </div>
);
