"use client";

import {
  Bot,
  CircleAlert,
  Clock,
  type LucideIcon,
  RotateCw,
  SlidersHorizontal,
  Sparkles,
  Square,
  SquareCheckBig,
  User,
} from "lucide-react";
import { causeNames } from "../../endings/ending-words";
import { type Ending, type Message, sessionOf } from "../../lists/records";
import { Card, CardHeader } from "../../ui/layout/card";
import { TimeOfDay } from "../../ui/time/time";
import type { Happening, SessionStream } from "../stream/session-stream";

interface Entry {
  readonly key: string;
  readonly at: string;
  readonly icon: LucideIcon;
  readonly text: string;
}

const happeningLooks: Readonly<Record<Happening["type"], { icon: LucideIcon; text: string }>> = {
  renewed: { icon: RotateCw, text: "Renewed" },
  updated: { icon: SlidersHorizontal, text: "Timeout settings changed" },
  expiring: { icon: Clock, text: "About to expire" },
  failed: { icon: CircleAlert, text: "A reply failed" },
  stopped: { icon: Square, text: "A reply was stopped, not kept" },
};

const describeMessage = ({ isAgent, finishReason }: Message): string => {
  if (!isAgent) return "User wrote";
  return finishReason === "cancelled" ? "Agent's reply was stopped" : "Agent replied";
};

const mostEntries = 60;

const toEntries = (
  sessionId: string,
  createdAt: string,
  stream: SessionStream,
  ending: Ending | undefined,
): readonly Entry[] => {
  const end = ending ?? stream.end;
  const entries: Entry[] = [
    { key: "created", at: createdAt, icon: Sparkles, text: "Session created" },
    ...stream.messages
      .filter((message) => sessionOf(message) === sessionId)
      .map((message) => ({
        key: message.id,
        at: message.createdAt,
        icon: message.isAgent ? Bot : User,
        text: describeMessage(message),
      })),
    ...stream.happenings.map(({ id, at, type, detail }) => ({
      key: id,
      at,
      icon: happeningLooks[type].icon,
      text: detail ? `${happeningLooks[type].text} (${detail})` : happeningLooks[type].text,
    })),
  ];
  entries.sort((a, b) => b.at.localeCompare(a.at));
  if (!end) return entries;
  return [
    {
      key: "ended",
      at: end.endedAt,
      icon: SquareCheckBig,
      text: `Ended: ${causeNames[end.cause].toLowerCase()}`,
    },
    ...entries,
  ];
};

interface TimelineProps {
  readonly sessionId: string;
  readonly createdAt: string;
  readonly stream: SessionStream;
  readonly ending: Ending | undefined;
}

/** What happened in the session, newest first. */
export const Timeline = ({ sessionId, createdAt, stream, ending }: TimelineProps) => {
  const entries = toEntries(sessionId, createdAt, stream, ending);
  return (
    <Card aria-labelledby="timeline" className="pb-4 print:hidden">
      <CardHeader id="timeline" title="Timeline" />
      <ol className="mt-3 px-4 sm:px-5">
        {entries.slice(0, mostEntries).map(({ key, at, icon: Icon, text }) => (
          <li
            key={key}
            className="relative flex gap-3 pb-3 last:pb-0 [&:not(:last-child)]:before:absolute [&:not(:last-child)]:before:top-6 [&:not(:last-child)]:before:bottom-0 [&:not(:last-child)]:before:left-[0.6875rem] [&:not(:last-child)]:before:w-px [&:not(:last-child)]:before:bg-line"
          >
            <span className="grid size-[1.375rem] shrink-0 place-items-center rounded-full bg-sunken text-ink-soft ring-1 ring-line ring-inset">
              <Icon aria-hidden="true" className="size-3" />
            </span>
            <span className="min-w-0 flex-1 break-words">{text}</span>
            <span className="shrink-0 text-xs leading-5 text-ink-faint tabular-nums">
              <TimeOfDay at={at} seconds />
            </span>
          </li>
        ))}
      </ol>
    </Card>
  );
};
