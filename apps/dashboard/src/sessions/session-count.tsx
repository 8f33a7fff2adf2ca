import { TimeOfDay } from "../ui/time/time";

interface SessionCountProps {
  readonly total: number;
  readonly isFiltered: boolean;
  /** Milliseconds since the epoch. */
  readonly staleSince: number | undefined;
}

export const SessionCount = ({ total, isFiltered, staleSince }: SessionCountProps) => (
  <span className="tabular-nums">
    {/* One text: a longer number would shift a text of its own behind it. */}
    {`${total.toLocaleString()} ${isFiltered ? "matching" : "live"}`}
    {staleSince !== undefined && (
      <>
        , as of <TimeOfDay at={new Date(staleSince).toISOString()} seconds />
      </>
    )}
  </span>
);
