"use client";

import { WifiOff } from "lucide-react";
import { useEffect, useState } from "react";
import { useLiveState } from "../live/live-context";
import { classNames } from "../ui/classes/class-names";
import { Notice } from "../ui/layout/notice";

/** A connection lost for less than this needs no note. */
const noteAfterMs = 1_000;

const useLostForLong = (): boolean => {
  const { connection, lostSince } = useLiveState();
  const [isLong, setIsLong] = useState(false);
  const isLost = connection === "lost";
  useEffect(() => {
    if (!isLost || lostSince === null) return setIsLong(false);
    const timer = setTimeout(() => setIsLong(true), Math.max(0, lostSince + noteAfterMs - Date.now()));
    return () => clearTimeout(timer);
  }, [isLost, lostSince]);
  return isLost && isLong;
};

/** Says that what is shown may be out of date; goes by itself. Stands in the frame, where it covers nothing of the page. */
export const ConnectionBanner = () =>
  useLostForLong() ? (
    <Notice
      role="alert"
      icon={WifiOff}
      tone="warning"
      title="Connection lost. Reconnecting…"
      className="px-3 max-lg:absolute max-lg:inset-y-1 max-lg:z-10 max-lg:right-23 max-lg:left-2 max-lg:items-center max-lg:py-0 max-lg:text-xs sm:max-lg:right-auto"
    >
      What you see may be out of date. <span className="max-sm:hidden">It catches up by itself.</span>
    </Notice>
  ) : null;

const words = { live: "Live", connecting: "Connecting…", lost: "Reconnecting…" } as const;
const dots = { live: "bg-accent", connecting: "bg-ink-faint", lost: "bg-warning" } as const;

export const ConnectionDot = () => {
  const { connection } = useLiveState();
  return (
    // As wide as the longest word, so that a change of the connection moves nothing.
    <span className="inline-flex w-25 shrink-0 items-center gap-2 text-xs whitespace-nowrap text-ink-soft">
      <span className="relative grid size-2 place-items-center">
        <span
          className={classNames(
            "absolute size-2 rounded-full opacity-40",
            dots[connection],
            connection === "live" && "animate-ping [animation-duration:2.4s] motion-reduce:hidden",
          )}
        />
        <span className={classNames("size-2 rounded-full", dots[connection])} />
      </span>
      {words[connection]}
    </span>
  );
};
