"use client";

import { Command } from "cmdk";
import { CircleSlash, MessagesSquare, Search } from "lucide-react";
import { useDeferredValue } from "react";
import { useEndSession } from "../end-session/end-session-context";
import { shortId } from "../lists/records";
import { useAgents } from "../lists/use-agents";
import { useSessionList } from "../lists/use-session-list";
import { PaletteItem } from "./palette-item";

interface FoundSessionsProps {
  readonly text: string;
  readonly onGo: (href: string) => void;
  readonly onClose: () => void;
}

const mostSessions = 6;

/** Sessions whose ids begin with the text, or in which its words were said. */
export const FoundSessions = ({ text, onGo, onClose }: FoundSessionsProps) => {
  const openEnd = useEndSession();
  const { agentName } = useAgents();
  const wanted = useDeferredValue(text);
  const byId = useSessionList({ search: wanted.slice(0, 128) }, mostSessions);
  const byWords = useSessionList({ q: wanted.slice(0, 200) }, mostSessions);
  const found = [...new Map([...byId.rows, ...byWords.rows].map((row) => [row.sessionId, row])).values()];
  const [best] = found;
  // The API has matched them; the palette must not match them again.
  return (
    <Command.Group heading="Live sessions" forceMount>
      {found.slice(0, mostSessions).map(({ sessionId, agentId, lastMessage }) => (
        <PaletteItem
          key={sessionId}
          forceMount
          value={`open ${sessionId}`}
          onSelect={() => onGo(`/sessions/${encodeURIComponent(sessionId)}`)}
        >
          <MessagesSquare aria-hidden="true" />
          <span className="font-mono text-[0.8125rem]">{shortId(sessionId)}</span>
          <span className="shrink-0">{agentName(agentId)}</span>
          <span className="min-w-0 truncate text-ink-soft">{lastMessage?.content}</span>
        </PaletteItem>
      ))}
      {best && (
        <PaletteItem
          forceMount
          value={`end ${best.sessionId}`}
          onSelect={() => {
            onClose();
            openEnd([best]);
          }}
        >
          <CircleSlash aria-hidden="true" />
          End session {shortId(best.sessionId)}…
        </PaletteItem>
      )}
      <PaletteItem
        forceMount
        value={`search ${text}`}
        onSelect={() => onGo(`/sessions?q=${encodeURIComponent(text)}`)}
      >
        <Search aria-hidden="true" />
        <span className="truncate">Search what was said for “{text}”</span>
      </PaletteItem>
    </Command.Group>
  );
};
