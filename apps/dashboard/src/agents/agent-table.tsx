"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { shortId } from "../lists/records";
import type { useAgents } from "../lists/use-agents";
import type { Statistics } from "../statistics/use-statistics";
import { Badge } from "../ui/badge";
import { classNames } from "../ui/classes/class-names";
import { Skeleton } from "../ui/layout/skeleton";
import { kindOf } from "./agent-kind";
import { EndAllButton } from "./end-all-button";

type Agent = ReturnType<typeof useAgents>["agents"][number];
type Figures = Statistics["agents"][number];

const rowGrid =
  "grid items-center gap-x-4 px-4 grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[minmax(0,1.2fr)_minmax(0,1.4fr)_4.5rem_4.5rem_5rem_5rem] lg:px-5";

const headings = ["Agent", "Kind", "Live sessions", "Replies in flight", "Tokens today"] as const;

interface AgentTableProps {
  readonly agents: readonly Agent[];
  /** Undefined until they are loaded. An agent without an entry has no session. */
  readonly figures: readonly Figures[] | undefined;
}

/** The configured agents, and others that still have live sessions. */
export const AgentTable = ({ agents, figures }: AgentTableProps) => {
  const known = new Set(agents.map(({ id }) => id));
  const others = (figures ?? []).filter(({ agentId, sessions }) => sessions > 0 && !known.has(agentId));
  const rows = [
    ...agents.map(({ id, name, status, kind }) => ({ id, name, status: String(status), ...wordsOf(kind) })),
    ...others.map(({ agentId: id }) => ({
      id,
      name: shortId(id),
      status: "unknown",
      kind: "–",
      about: "Not configured on this server.",
    })),
  ];
  return (
    <table aria-label="Agents" className="block text-left">
      <thead className="block border-b border-line text-xs text-ink-faint max-md:sr-only">
        <tr className={classNames(rowGrid, "min-h-10 py-2")}>
          {headings.map((name, index) => (
            <th key={name} scope="col" className={classNames("font-medium", index > 1 && "text-right")}>
              {name}
            </th>
          ))}
          <th scope="col" className="sr-only">
            End all
          </th>
        </tr>
      </thead>
      <tbody className="block divide-y divide-line">
        {rows.map((agent) => (
          <tr key={agent.id} className={classNames(rowGrid, "gap-y-2 py-3.5 hover:bg-sunken/60")}>
            <AgentCells agent={agent} figures={figures && figuresOf(figures, agent.id)} />
          </tr>
        ))}
      </tbody>
    </table>
  );
};

const wordsOf = (kind: string) => {
  const { name, about } = kindOf({ kind });
  return { kind: name, about };
};

const figuresOf = (figures: readonly Figures[], agentId: string): Figures =>
  figures.find((one) => one.agentId === agentId) ?? {
    agentId,
    sessions: 0,
    pendingReplies: 0,
    usage: { inputTokens: 0, outputTokens: 0 },
  };

interface Row {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly kind: string;
  readonly about: string;
}

const numberCell = "text-right tabular-nums max-md:col-span-2 max-md:flex max-md:justify-between";

interface AgentCellsProps {
  readonly agent: Row;
  readonly figures: Figures | undefined;
}

const AgentCells = ({ agent, figures }: AgentCellsProps) => (
  <>
    <td className="min-w-0">
      <span className="flex flex-wrap items-center gap-2">
        <span className="min-w-0 font-semibold wrap-anywhere">{agent.name}</span>
        {agent.status !== "active" && <Badge tone="neutral">{agent.status}</Badge>}
      </span>
      <span className="block font-mono text-xs break-all text-ink-faint">{agent.id}</span>
    </td>
    <td className="min-w-0 text-ink-soft max-md:col-span-2">
      <span className="font-medium text-ink">{agent.kind}.</span> {agent.about}
    </td>
    <NumberCell name="Live sessions">
      {figures && (
        <Link
          href={`/sessions?agentId=${encodeURIComponent(agent.id)}`}
          aria-label={`${figures.sessions.toLocaleString()} live sessions of ${agent.name}`}
          className="rounded font-medium underline decoration-line-strong underline-offset-3 hover:decoration-current"
        >
          {figures.sessions.toLocaleString()}
        </Link>
      )}
    </NumberCell>
    <NumberCell name="Replies in flight">{figures?.pendingReplies.toLocaleString()}</NumberCell>
    <NumberCell name="Tokens today">
      {figures && (figures.usage.inputTokens + figures.usage.outputTokens).toLocaleString()}
    </NumberCell>
    <td className="text-right max-md:col-start-2 max-md:row-start-1">
      <EndAllButton agentId={agent.id} agentName={agent.name} isIdle={figures?.sessions === 0} />
    </td>
  </>
);

interface NumberCellProps {
  /** Shown beside the number where there is no room for the table's head. */
  readonly name: string;
  /** Undefined while it is loading. */
  readonly children: ReactNode;
}

const NumberCell = ({ name, children }: NumberCellProps) => (
  <td className={numberCell}>
    <span aria-hidden="true" className="text-ink-soft md:hidden">
      {name}
    </span>
    {children ?? <Skeleton className="ml-auto w-8" />}
  </td>
);
