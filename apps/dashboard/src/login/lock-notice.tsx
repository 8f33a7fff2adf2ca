"use client";

import { useEffect, useState } from "react";
import { formatDuration } from "../ui/time/time";

/** Seconds that are left of `seconds`, by a clock that goes on while the page sleeps. */
const useSecondsLeft = (seconds: number): number => {
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    const until = performance.now() + seconds * 1_000;
    const timer = setInterval(() => {
      const now = Math.max(0, Math.ceil((until - performance.now()) / 1_000));
      setLeft(now);
      if (now === 0) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [seconds]);
  return left;
};

/** Says that signing in is locked, and counts down to when it is not. */
export const LockNotice = ({ id, retryAfter }: { readonly id: string; readonly retryAfter: number }) => {
  const left = useSecondsLeft(retryAfter);
  if (left === 0)
    return (
      <p id={id} role="status" className="rounded-md bg-sunken px-3 py-2 text-ink-soft">
        You can try again now.
      </p>
    );
  return (
    <div id={id} className="rounded-md bg-warning-wash px-3 py-2 text-ink">
      <p role="alert">
        Too many wrong keys. {/* Read out once; the seconds beside it change without a word. */}
        <span className="sr-only">Signing in is locked for {formatDuration(retryAfter * 1_000)}.</span>
      </p>
      <p aria-hidden="true" className="mt-0.5 text-ink-soft">
        Locked for <span className="font-medium text-ink tabular-nums">{formatDuration(left * 1_000)}</span>
      </p>
    </div>
  );
};
