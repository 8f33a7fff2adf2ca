"use client";

import { AlertDialog } from "radix-ui";
import { type ReactNode, useState } from "react";
import { shortId } from "../lists/records";
import { useSessionRow } from "../lists/use-session-list";
import { useKnownEnding } from "../live/live-context";
import { Button } from "../ui/button";
import { CutList } from "./cut-list";
import { ReasonField } from "./reason-field";
import { useEndMutation } from "./use-end-mutation";

export interface SessionToEnd {
  readonly sessionId: string;
  readonly listeners?: number;
  readonly pendingOperations?: number;
}

interface EndSessionDialogProps {
  readonly sessions: readonly SessionToEnd[];
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
  readonly onDone: () => void;
  readonly onClosed: () => void;
}

const mostNamed = 12;

const nameSome = (sessions: readonly SessionToEnd[]): string => {
  const names = sessions.slice(0, mostNamed).map(({ sessionId }) => shortId(sessionId));
  const more = sessions.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${more.toLocaleString()} more` : ""}`;
};

export const EndSessionDialog = ({
  sessions,
  isOpen,
  onOpenChange,
  onDone,
  onClosed,
}: EndSessionDialogProps) => {
  const [reason, setReason] = useState("");
  const only = sessions.length === 1 ? sessions[0] : undefined;
  const { row, isMissing } = useSessionRow(only?.sessionId ?? "", isOpen);
  const { isGone } = useKnownEnding(only?.sessionId ?? "");
  const end = useEndMutation(sessions, () => {
    onOpenChange(false);
    onDone();
  });
  const counts = only ? [row ?? only] : sessions;

  return (
    <AlertDialog.Root open={isOpen} onOpenChange={(next) => end.isPending || onOpenChange(next)}>
      <DialogFrame onClosed={onClosed}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!end.isPending) end.mutate(reason);
          }}
        >
          <DialogText
            sessions={sessions}
            counts={counts}
            isGone={isGone || (only !== undefined && isMissing)}
          />
          <ReasonField value={reason} onChange={setReason} />
          {end.problem && (
            <p role="alert" className="mt-3 rounded-md bg-danger-wash px-3 py-2 text-danger">
              {end.problem}
            </p>
          )}
          <DialogActions isPending={end.isPending} />
        </form>
      </DialogFrame>
    </AlertDialog.Root>
  );
};

interface DialogFrameProps {
  readonly onClosed: () => void;
  readonly children: ReactNode;
}

const DialogFrame = ({ onClosed, children }: DialogFrameProps) => (
  <AlertDialog.Portal>
    <AlertDialog.Overlay className="fixed inset-0 z-40 animate-[fade_120ms_ease-out] bg-shade" />
    <AlertDialog.Content
      onCloseAutoFocus={(event) => {
        event.preventDefault();
        onClosed();
      }}
      className="fixed inset-x-3 bottom-3 z-50 mx-auto max-h-[calc(100dvh-1.5rem)] max-w-md animate-[appear_140ms_ease-out] overflow-y-auto rounded-xl border border-line bg-surface p-5 shadow-float sm:top-[16vh] sm:bottom-auto sm:p-6"
    >
      {children}
    </AlertDialog.Content>
  </AlertDialog.Portal>
);

const DialogActions = ({ isPending }: { readonly isPending: boolean }) => (
  <div className="mt-5 flex justify-end gap-2">
    <AlertDialog.Cancel asChild>
      <Button disabled={isPending}>Cancel</Button>
    </AlertDialog.Cancel>
    <Button kind="danger" type="submit" aria-disabled={isPending}>
      {isPending ? "Ending…" : "End session"}
    </Button>
  </div>
);

interface DialogTextProps {
  readonly sessions: readonly SessionToEnd[];
  /** The sessions with their latest counts. */
  readonly counts: readonly SessionToEnd[];
  readonly isGone: boolean;
}

const DialogText = ({ sessions, counts, isGone }: DialogTextProps) => {
  const only = sessions.length === 1 ? sessions[0] : undefined;
  return (
    <>
      <AlertDialog.Title className="text-base font-semibold">
        {only ? (
          <>
            End session <span className="font-mono text-[0.9375rem]">{shortId(only.sessionId)}</span>?
          </>
        ) : (
          `End ${sessions.length.toLocaleString()} sessions?`
        )}
      </AlertDialog.Title>
      <AlertDialog.Description asChild>
        <div className="mt-3 text-ink-soft">
          <p className="mb-3 font-mono text-xs wrap-anywhere text-ink-faint">
            {only ? only.sessionId : nameSome(sessions)}
          </p>
          {isGone ? (
            <p className="font-medium text-warning">This session has ended in the meantime.</p>
          ) : (
            <CutList sessions={counts} isKnown={!only || counts[0]?.listeners !== undefined} />
          )}
          <p className="mt-3">The conversation stays readable. This can't be undone.</p>
        </div>
      </AlertDialog.Description>
    </>
  );
};
