"use client";

import type { SessionInfo } from "../lists/records";
import { useServerNow } from "../live/server-clock";
import { classNames } from "../ui/class-names";
import { formatCountdown } from "../ui/time";

/** Counts down; a session whose time has run out is never shown as if it still lived. */
export const TimeLeft = ({
  session: { expiresAt, timeoutConfig },
}: {
  readonly session: Pick<SessionInfo, "expiresAt" | "timeoutConfig">;
}) => {
  const now = useServerNow();
  if (now === null) return <span>–</span>;
  const left = Date.parse(expiresAt) - now;
  if (left <= 0) return <span className="font-medium text-danger">Expired</span>;
  const isNear = left <= timeoutConfig.warningThresholdMinutes * 60_000;
  return (
    <time
      dateTime={expiresAt}
      title={`Until ${new Date(expiresAt).toLocaleString()}`}
      className={classNames(isNear && "font-medium text-warning")}
    >
      {formatCountdown(left)}
    </time>
  );
};
