"use client";

import { CircleSlash, MessageSquare, Sparkles } from "lucide-react";
import { useLayoutEffect, useRef } from "react";
import { causeNames, whoEnded } from "../endings/ending-words";
import { useHold } from "../lists/held-rows/use-hold";
import { IdLink } from "../lists/id-link";
import type { Ending, SessionRow } from "../lists/records";
import { useAgents } from "../lists/use-agents";
import { useEndingList } from "../lists/use-ending-list";
import { useSessionList } from "../lists/use-session-list";
import { describeError } from "../live/call-error";
import { useLiveStore } from "../live/live-context";
import { BlankState } from "../ui/layout/blank-state";
import { Card, CardHeader } from "../ui/layout/card";
import { Age } from "../ui/time/time";
import { Unknown } from "./unknown";

const mostItems = 12;
type Item =
  | { readonly type: "ended"; readonly at: string; readonly ending: Ending }
  | { readonly type: "active" | "created"; readonly at: string; readonly session: SessionRow };

const toItems = (sessions: readonly SessionRow[], endings: readonly Ending[]): readonly Item[] =>
  [
    ...endings.slice(0, mostItems).map((ending): Item => ({ type: "ended", at: ending.endedAt, ending })),
    ...sessions.map((session): Item => {
      return session.messageCount > 0
        ? { type: "active", at: session.lastActivity, session }
        : { type: "created", at: session.createdAt, session };
    }),
  ]
    .sort((a, b) => b.at.localeCompare(a.at))
    .slice(0, mostItems);

/** The newest sessions, and older ones with a recent message. */
const useSessions = (): {
  readonly sessions: readonly SessionRow[];
  readonly query: { readonly error: unknown; readonly data: unknown };
} => {
  const store = useLiveStore();
  const { rows, query } = useSessionList({}, mostItems);
  const { changed, gone } = store.changesSince(0);
  const talking = [...changed.values()].filter(({ sessionId }) => !gone.has(sessionId));
  return { sessions: [...new Map([...talking, ...rows].map((row) => [row.sessionId, row])).values()], query };
};

const keyOf = (item: Item): string =>
  `${item.type}${item.type === "ended" ? item.ending.sessionId : item.session.sessionId}`;

/** Items stay as they are while somebody is at them. */
const useHeldFeed = (items: readonly Item[], isHeld: boolean) => {
  const last = useRef<readonly Item[]>([]);
  const shown = isHeld && last.current.length > 0 ? last.current : items;
  useLayoutEffect(() => {
    last.current = shown;
  });
  const known = new Set(shown.map(keyOf));
  return { shown, waiting: items.filter((item) => !known.has(keyOf(item))).length };
};

/** The latest of each session, as it happens. */
export const LiveFeed = () => {
  const { sessions, query } = useSessions();
  const { endings, query: endingQuery } = useEndingList({}, mostItems);
  const { isAt, frame } = useHold();
  const { shown: items, waiting } = useHeldFeed(toItems(sessions, endings), isAt);
  const isKnown = query.data !== undefined && endingQuery.data !== undefined;
  const problem = query.error ?? endingQuery.error;
  return (
    <Card aria-labelledby="feed" className="pb-2" {...frame}>
      <CardHeader
        id="feed"
        title="Live feed"
        note={isAt ? "Paused while you are here" : "The latest of each session, as it happens"}
      >
        {waiting > 0 && <span className="text-xs text-ink-soft tabular-nums">{waiting} new</span>}
      </CardHeader>
      {!isKnown ? (
        <Unknown>{problem && describeError(problem)}</Unknown>
      ) : items.length === 0 ? (
        <BlankState icon={Sparkles} title="Quiet so far">
          Sessions appear here as they begin, talk and end.
        </BlankState>
      ) : (
        <ul className="mt-2 divide-y divide-line">
          {items.map((item, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line that moved would be a layout shift, a new one in its place is none
            <FeedItem key={`${place} ${keyOf(item)}`} item={item} />
          ))}
        </ul>
      )}
    </Card>
  );
};

const icons = { ended: CircleSlash, active: MessageSquare, created: Sparkles } as const;

const FeedItem = ({ item }: { readonly item: Item }) => {
  const { agentName } = useAgents();
  const Icon = icons[item.type];
  const { sessionId, agentId } = item.type === "ended" ? item.ending : item.session;
  return (
    <li className="flex items-start gap-3 px-4 py-2.5 sm:px-5">
      <Icon
        aria-hidden="true"
        className={`mt-0.5 size-4 shrink-0 ${item.type === "ended" ? "text-ink-soft" : "text-accent"}`}
      />
      {/* All equally high, whatever they say. */}
      <p className="line-clamp-2 h-[2lh] min-w-0 flex-1 break-words sm:line-clamp-1 sm:h-[1lh]">
        <IdLink
          href={`/${item.type === "ended" ? "endings" : "sessions"}/${encodeURIComponent(sessionId)}`}
          id={sessionId}
        />{" "}
        {item.type === "ended" ? (
          <>
            ended by {whoEnded(item.ending)}
            <span className="text-ink-faint"> · {item.ending.reason || causeNames[item.ending.cause]}</span>
          </>
        ) : item.type === "active" ? (
          <>
            talks with {agentName(agentId)}
            <span className="text-ink-faint">
              {" · "}
              {item.session.messageCount} message{item.session.messageCount === 1 ? "" : "s"}
            </span>
          </>
        ) : (
          <>began with {agentName(agentId)}</>
        )}
      </p>
      <span className="w-20 shrink-0 text-xs leading-5 text-ink-faint tabular-nums">
        <Age since={item.at} suffix=" ago" />
      </span>
    </li>
  );
};
