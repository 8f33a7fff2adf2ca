"use client";

import { sessionErrorOf } from "@adjourn/client";
import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import type { SessionInfo, TimeoutConfig } from "../../lists/records";
import { describeError, isGoneError } from "../../live/call-error";
import { useLiveStore } from "../../live/live-context";
import { useAnnounce } from "../../ui/announcer";
import { Button } from "../../ui/button";
import { Card, CardHeader } from "../../ui/layout/card";
import { keepSession } from "../stream/keep-session";
import { MinutesInput } from "./minutes-input";

const minutes = [
  { name: "timeoutMinutes", label: "Timeout" },
  { name: "maxDurationMinutes", label: "Maximum duration" },
  { name: "warningThresholdMinutes", label: "Warn before the end" },
] as const;

type MinutesField = (typeof minutes)[number]["name"];
type Draft = Partial<Record<MinutesField, string>> & { readonly autoRenew?: boolean };

/** Only edited fields are sent, so that changes made elsewhere are kept. */
const toChange = (draft: Draft): Partial<TimeoutConfig> => {
  const change: { -readonly [K in keyof TimeoutConfig]?: TimeoutConfig[K] } = {};
  for (const { name } of minutes) {
    const text = draft[name];
    if (text !== undefined) change[name] = Number(text);
  }
  if (draft.autoRenew !== undefined) change.autoRenew = draft.autoRenew;
  return change;
};

export const TimeoutForm = ({ session }: { readonly session: SessionInfo }) => {
  const id = useId();
  const [draft, setDraft] = useState<Draft>({});
  const config = session.timeoutConfig;
  const save = useSave(session.sessionId, () => setDraft({}));
  const wrongField = sessionErrorOf(save.error)?.details.field;
  const isChanged = Object.keys(draft).length > 0;

  return (
    <Card aria-labelledby={`${id}-title`} className="pb-4 print:hidden">
      <CardHeader id={`${id}-title`} title="Timeout settings" />
      <form
        className="mt-3 grid gap-3 px-4 sm:px-5"
        onSubmit={(event) => {
          event.preventDefault();
          if (isChanged && !save.isPending) save.mutate(toChange(draft));
        }}
      >
        {minutes.map(({ name, label }) => (
          <MinutesInput
            key={name}
            id={`${id}-${name}`}
            label={label}
            value={draft[name] ?? String(config[name])}
            onChange={(value) => setDraft({ ...draft, [name]: value })}
            problemId={wrongField === name ? `${id}-problem` : undefined}
          />
        ))}
        <AutoRenewField
          isChecked={draft.autoRenew ?? config.autoRenew}
          onChange={(autoRenew) => setDraft({ ...draft, autoRenew })}
        />
        {save.error && !isGoneError(save.error) && (
          <p id={`${id}-problem`} role="alert" className="rounded-md bg-danger-wash px-3 py-2 text-danger">
            {describeError(save.error)}
          </p>
        )}
        <FormActions
          isChanged={isChanged}
          isPending={save.isPending}
          onReset={() => {
            setDraft({});
            save.reset();
          }}
        />
      </form>
    </Card>
  );
};

interface AutoRenewFieldProps {
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
}

const AutoRenewField = ({ isChecked, onChange }: AutoRenewFieldProps) => (
  <label className="flex items-center justify-between gap-3 text-ink-soft">
    Renew when active
    <span className="flex w-29 justify-start">
      <input
        type="checkbox"
        checked={isChecked}
        onChange={(event) => onChange(event.target.checked)}
        className="size-4"
      />
    </span>
  </label>
);

interface FormActionsProps {
  readonly isChanged: boolean;
  readonly isPending: boolean;
  readonly onReset: () => void;
}

const FormActions = ({ isChanged, isPending, onReset }: FormActionsProps) => (
  <div className="flex justify-end gap-2">
    {isChanged && (
      <Button size="small" kind="quiet" onClick={onReset}>
        Reset
      </Button>
    )}
    <Button size="small" type="submit" disabled={!isChanged} aria-disabled={isPending}>
      Save
    </Button>
  </div>
);

const useSave = (sessionId: string, onSaved: () => void) => {
  const api = useTRPCClient();
  const store = useLiveStore();
  const queryClient = useQueryClient();
  const announce = useAnnounce();
  return useMutation({
    mutationFn: (change: Partial<TimeoutConfig>) => api.updateSessionTimeout.mutate({ sessionId, ...change }),
    onSuccess: (session) => {
      keepSession(queryClient, session);
      onSaved();
      announce({ title: "Timeout settings saved" });
    },
    onError: (error) => {
      if (isGoneError(error)) store.markGone(sessionId);
    },
  });
};
