"use client";

import { X } from "lucide-react";
import { type ReactNode, useCallback, useId } from "react";
import { isStartOfId, isWholeId, type ListFilter } from "../lists/records";
import { useAgents } from "../lists/use-agents";
import { Button } from "../ui/button";
import { Select } from "../ui/field";
import { DayRange } from "./day-range";
import { TypedFilter } from "./typed-filter";
import { noFilter, type SetFilter } from "./use-url-filter";

/** The minimum length of a text that is searched for as an id. */
const idCharacters = 4;

interface FilterBarProps {
  readonly filter: ListFilter;
  readonly setFilter: SetFilter;
  readonly isFiltered: boolean;
  /** Users to choose from; any other can be pasted. */
  readonly knownUsers: readonly string[];
  /** What happened in the range of days, as in "Created". */
  readonly rangeName: string;
  readonly children?: ReactNode;
}

export const FilterBar = ({ filter, setFilter, isFiltered, knownUsers, ...rest }: FilterBarProps) => {
  const { rangeName, children } = rest;
  const id = useId();
  const search = useCallback((text: string) => setFilter(readSearch(text)), [setFilter]);
  const chooseUser = useCallback((userId: string) => setFilter({ userId }), [setFilter]);
  return (
    <search aria-label="Filters" className="mb-4 grid gap-2 sm:flex sm:flex-wrap sm:items-center">
      <TypedFilter
        label="Search what was said, metadata, or the start of an id"
        placeholder="Search words or ids"
        icon
        value={filter.q ?? filter.search ?? ""}
        onChange={search}
      />
      <div className="grid grid-cols-2 gap-2 sm:contents">
        <AgentSelect chosen={filter.agentId} onChange={(agentId) => setFilter({ agentId })} />
        <TypedFilter
          label="User id"
          placeholder="All users"
          value={filter.userId ?? ""}
          onChange={chooseUser}
          isValid={isStartOfId}
          list={`${id}-users`}
        />
        <datalist id={`${id}-users`}>
          {knownUsers.map((user) => (
            <option key={user} value={user} />
          ))}
        </datalist>
        {children}
        <DayRange name={rangeName} filter={filter} setFilter={setFilter} />
      </div>
      {isFiltered && (
        <Button kind="quiet" size="small" onClick={() => setFilter(noFilter)} className="justify-self-start">
          <X aria-hidden="true" />
          Clear filters
        </Button>
      )}
    </search>
  );
};

/** Searches ids for a text that is long enough and could begin one, and messages for any other text. */
const readSearch = (text: string): { readonly q: string | undefined; readonly search: string | undefined } =>
  isWholeId(text) || (text.length >= idCharacters && isStartOfId(text) && /\d/.test(text))
    ? { search: text, q: undefined }
    : { q: text || undefined, search: undefined };

interface AgentSelectProps {
  readonly chosen: string | undefined;
  readonly onChange: (agentId: string) => void;
}

const AgentSelect = ({ chosen, onChange }: AgentSelectProps) => {
  const { agents } = useAgents();
  return (
    <Select
      aria-label="Agent"
      value={chosen ?? ""}
      onChange={(event) => onChange(event.target.value)}
      className="sm:w-40"
    >
      <option value="">All agents</option>
      {agents.map((agent) => (
        <option key={agent.id} value={agent.id}>
          {agent.name}
        </option>
      ))}
      {chosen && !agents.some((agent) => agent.id === chosen) && <option value={chosen}>{chosen}</option>}
    </Select>
  );
};
