"use client";

import { useServerNow } from "../../live/server-clock";

const pad = (value: number): string => String(value).padStart(2, "0");

/** 42s, 7m 05s, 3h 12m, 2d 4h: two units at most. */
export const formatDuration = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes === 0) return `${seconds}s`;
  if (hours === 0) return `${minutes}m ${pad(seconds % 60)}s`;
  if (hours < 24) return `${hours}h ${pad(minutes % 60)}m`;
  return `${Math.floor(hours / 24)}d ${hours % 24}h`;
};

/** 7m, 3h 12m, 2d 4h: in whole minutes. */
export const formatMinutes = (ms: number): string => formatDuration(ms).replace(/(m) \d\ds$/, "$1");

const minuteMs = 60_000;
const secondsUntilMs = 5 * minuteMs;

/** 07:05 or 3:12:05, as a clock counts down; only whole seconds that are left count. */
export const formatCountdown = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const hours = Math.floor(seconds / 3_600);
  const rest = `${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return hours === 0 ? rest : `${hours}:${rest}`;
};

interface AgeProps {
  readonly since: string;
  /** In the same text as the age: beside it, it would move whenever the age becomes longer. */
  readonly suffix?: string;
}

/** A running age: updated every second below five minutes, every minute above. */
export const Age = ({ since, suffix = "" }: AgeProps) => {
  const start = Date.parse(since);
  const now = useServerNow((at) =>
    at - start < secondsUntilMs ? at : start + Math.floor((at - start) / minuteMs) * minuteMs,
  );
  if (now === null) return <time dateTime={since} />;
  const age = now - start;
  const text = age < secondsUntilMs ? formatDuration(age) : formatMinutes(age);
  return <time dateTime={since}>{`${text}${suffix}`}</time>;
};

/** The time of day, with the date where it is not today's; in the reader's zone. */
export const TimeOfDay = ({ at, seconds = false }: { readonly at: string; readonly seconds?: boolean }) => {
  const date = new Date(at);
  const today = new Date().toDateString() === date.toDateString();
  const text = date.toLocaleString(undefined, {
    ...(today ? {} : { month: "short", day: "numeric" }),
    hour: "2-digit",
    minute: "2-digit",
    ...(seconds ? { second: "2-digit" } : {}),
    hourCycle: "h23",
  });
  return (
    <time dateTime={at} title={date.toLocaleString()}>
      {text}
    </time>
  );
};
