"use client";

import { Search, X } from "lucide-react";
import { type ReactNode, useCallback, useEffect, useId, useState } from "react";
import { isStartOfId, isWholeId, type ListFilter } from "../lists/records";
import { useAgents } from "../lists/use-agents";
import { Button } from "../ui/button";
import { Input, Select } from "../ui/field";
import type { SetFilter } from "./use-url-filter";

const typingPauseMs = 200;
/** Shorter text is hardly meant as an id. */
const idCharacters = 4;

interface FilterBarProps {
  readonly filter: ListFilter;
  readonly setFilter: SetFilter;
  readonly isFiltered: boolean;
  /** Users to choose from; any other can be pasted. */
  readonly knownUsers: readonly string[];
  readonly children?: ReactNode;
}

export const FilterBar = ({ filter, setFilter, isFiltered, knownUsers, children }: FilterBarProps) => {
  const id = useId();
  const clear = () =>
    setFilter({ agentId: undefined, userId: undefined, search: undefined, q: undefined, cause: undefined });
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
      <div className="grid grid-cols-2 gap-2 sm:flex">
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
      </div>
      {isFiltered && (
        <Button kind="quiet" size="small" onClick={clear} className="justify-self-start">
          <X aria-hidden="true" />
          Clear filters
        </Button>
      )}
    </search>
  );
};

/** Text that is long enough to be meant as an id, and may begin one, is looked for in ids, anything else in what was said. */
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

interface TypedFilterProps {
  readonly label: string;
  readonly placeholder: string;
  readonly icon?: boolean;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly isValid?: (text: string) => boolean;
  readonly list?: string;
}

/** Reports the text after a typing pause, and follows the URL when that changes by other means. */
const TypedFilter = ({ label, placeholder, icon, value, onChange, isValid, list }: TypedFilterProps) => {
  const [text, setText] = useState(value);
  const [reported, setReported] = useState(value);
  const [shown, setShown] = useState(value);
  // While rendering, so that the field changes together with the list.
  if (value !== shown) {
    setShown(value);
    setReported(value);
    if (value !== reported) setText(value);
  }
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === reported || (wanted !== "" && isValid && !isValid(wanted))) return;
    const timer = setTimeout(() => {
      setReported(wanted);
      onChange(wanted);
    }, typingPauseMs);
    return () => clearTimeout(timer);
  }, [text, reported, onChange, isValid]);
  const isWrong = text.trim() !== "" && isValid !== undefined && !isValid(text.trim());
  return (
    <div className={icon ? "relative sm:w-64" : "relative sm:w-44"}>
      {icon && (
        <Search
          aria-hidden="true"
          className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-ink-faint"
        />
      )}
      <Input
        type={icon ? "search" : "text"}
        aria-label={label}
        aria-invalid={isWrong || undefined}
        title={isWrong ? "An id has the digits 0-9, the letters a-f and dashes" : undefined}
        placeholder={placeholder}
        value={text}
        list={list}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setText(event.target.value)}
        className={icon ? "pl-8.5" : undefined}
      />
    </div>
  );
};
