"use client";

import type { ReactNode } from "react";
import type { SessionInfo } from "../../lists/records";
import { useServerNow } from "../../live/server-clock";
import { classNames } from "../../ui/classes/class-names";
import { formatCountdown, formatMinutes } from "../../ui/time/time";

/** A time that is longer than this is given in minutes where it need not be exact. */
const coarseAboveMs = 5 * 60_000;

/** Counts down; a session whose time has run out is never shown as if it still lived. */
export const TimeLeft = ({
  session: { expiresAt, timeoutConfig },
  isCoarse = false,
  prefix,
}: {
  readonly session: Pick<SessionInfo, "expiresAt" | "timeoutConfig">;
  readonly isCoarse?: boolean;
  /** Stands before the time. Behind it, it would move whenever the time becomes longer or shorter. */
  readonly prefix?: ReactNode;
}) => {
  const now = useServerNow((at) => {
    const left = Date.parse(expiresAt) - at;
    return isCoarse && left > coarseAboveMs ? Date.parse(expiresAt) - roundUp(left) : at;
  });
  if (now === null) return <span>–</span>;
  const left = Date.parse(expiresAt) - now;
  if (left <= 0) return <span className="font-medium">Expired</span>;
  const isNear = left <= timeoutConfig.warningThresholdMinutes * 60_000;
  return (
    <>
      {prefix}
      <time
        dateTime={expiresAt}
        title={`Until ${new Date(expiresAt).toLocaleString()}`}
        className={classNames(isNear && "font-medium text-warning")}
      >
        {isCoarse && left > coarseAboveMs ? formatMinutes(left) : formatCountdown(left)}
      </time>
    </>
  );
};

const minuteMs = 60_000;
const roundUp = (ms: number): number => Math.ceil(ms / minuteMs) * minuteMs;
