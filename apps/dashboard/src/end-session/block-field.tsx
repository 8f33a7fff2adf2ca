"use client";

import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { Field, Input, Select } from "../ui/field";
import { type BlockChoice, type BlockTerm, blockTerms } from "./block-choice";

interface BlockFieldProps {
  /** Undefined while it is not known: nothing can be chosen yet. */
  readonly userId: string | undefined;
  readonly value: BlockChoice;
  readonly onChange: (choice: BlockChoice) => void;
}

/** Whether the user of the sessions is blocked too, and for how long. */
export const BlockField = ({ userId, value, onChange }: BlockFieldProps) => {
  const id = useId();
  return (
    <div className="mt-4 grid gap-3">
      <Field
        id={id}
        label="Block the user"
        hint={
          userId !== undefined && value.term !== "none" ? (
            <BlockEffect userId={userId} />
          ) : (
            "A blocked user can't begin a session."
          )
        }
      >
        <Select
          id={id}
          aria-describedby={`${id}-hint`}
          disabled={userId === undefined}
          value={value.term}
          onChange={(event) => onChange({ ...value, term: event.target.value as BlockTerm })}
        >
          {Object.entries(blockTerms).map(([term, name]) => (
            <option key={term} value={term}>
              {name}
            </option>
          ))}
        </Select>
      </Field>
      {value.term === "date" && (
        <Field id={`${id}-date`} label="Blocked until" hint="In your time zone.">
          <Input
            id={`${id}-date`}
            type="datetime-local"
            required
            aria-describedby={`${id}-date-hint`}
            value={value.date}
            onChange={(event) => onChange({ ...value, date: event.target.value })}
          />
        </Field>
      )}
    </div>
  );
};

/** A block ends more than the sessions that the dialog names, so their number is said. */
const BlockEffect = ({ userId }: { readonly userId: string }) => {
  const api = useTRPCClient();
  const { data: count } = useQuery({
    queryKey: ["sessionsOfUser", userId],
    queryFn: async ({ signal }) => (await api.listSessions.query({ userId, limit: 1 }, { signal })).total,
    staleTime: 0,
  });
  if (count === undefined) return "Ends all sessions of this user.";
  return count === 1
    ? "Ends all sessions of this user: 1 session."
    : `Ends all sessions of this user: ${count.toLocaleString()} sessions.`;
};
