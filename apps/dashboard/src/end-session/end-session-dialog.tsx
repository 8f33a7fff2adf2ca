"use client";

import { AlertDialog } from "radix-ui";
import { useEffect, useState } from "react";
import { useSessionRow } from "../lists/use-session-list";
import { useKnownEnding, useLiveStore } from "../live/live-context";
import { useAnnounce } from "../ui/announcer";
import { Button } from "../ui/button";
import { AlertDialogFrame, AlertDialogProblem } from "../ui/layout/alert-dialog-frame";
import { noBlock, onlyUserOf } from "./block-choice";
import { BlockField } from "./block-field";
import { BulkProgressBar, mostWithoutTyping, TypedConfirmation } from "./bulk-confirmation";
import { BulkText } from "./bulk-text";
import { endedByOthers } from "./end-calls";
import { ReasonField } from "./reason-field";
import type { SessionToEnd } from "./session-to-end";
import { SingleText } from "./single-text";
import { useEndMutation } from "./use-end-mutation";

interface EndSessionDialogProps {
  readonly sessions: readonly SessionToEnd[];
  readonly from: string | undefined;
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
  readonly onDone: () => void;
  readonly onClosed: () => void;
}

export const EndSessionDialog = ({ sessions, isOpen, onOpenChange, ...rest }: EndSessionDialogProps) => {
  const [reason, setReason] = useState("");
  const [choice, setChoice] = useState(noBlock);
  const [typed, setTyped] = useState("");
  const only = sessions.length === 1 ? sessions[0] : undefined;
  const { row, isMissing, answeredAt } = useSessionRow(only?.sessionId ?? "", isOpen);
  const userId = onlyUserOf(only ? [{ ...only, ...row }] : sessions);
  const block = userId !== undefined && choice.term !== "none" ? { ...choice, userId } : undefined;
  const { isGone } = useKnownEnding(only?.sessionId ?? "");
  const end = useEndMutation({
    sessions,
    answeredAt,
    onGone: () => {
      onOpenChange(false);
      rest.onDone();
    },
  });
  const [lastProblem, setLastProblem] = useState(end.problem);
  if (end.problem !== null && end.problem !== lastProblem) setLastProblem(end.problem);
  const isLate = only !== undefined && !end.hasTried && (isGone || isMissing);
  const isConfirmed =
    sessions.length <= mostWithoutTyping || typed.replace(/\D/g, "") === `${sessions.length}`;
  useLateEnding(isOpen && isLate ? only?.sessionId : undefined);

  return (
    <AlertDialog.Root open={isOpen} onOpenChange={(next) => end.isPending || onOpenChange(next)}>
      <AlertDialogFrame onClosed={rest.onClosed}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!end.isPending && !isLate && isConfirmed) end.mutate({ reason, block });
          }}
        >
          {only ? (
            <SingleText session={{ ...only, ...row }} isGone={isLate} />
          ) : (
            <BulkText sessions={sessions} from={rest.from} isOpen={isOpen} />
          )}
          {!isLate && (
            <>
              {sessions.length > mostWithoutTyping && (
                <TypedConfirmation count={sessions.length} value={typed} onChange={setTyped} />
              )}
              {(only || userId !== undefined) && (
                <BlockField userId={userId} value={choice} onChange={setChoice} />
              )}
              <ReasonField value={reason} onChange={setReason} />
            </>
          )}
          {lastProblem && (
            // It keeps its room when it goes by itself, so that the buttons below don't move.
            <div className={end.problem === null ? "invisible" : undefined}>
              <AlertDialogProblem>{lastProblem}</AlertDialogProblem>
            </div>
          )}
          {!only && !block && end.isPending && (
            <BulkProgressBar done={end.progress.done} count={sessions.length} />
          )}
          <DialogActions
            count={sessions.length}
            isPending={end.isPending}
            isConfirmed={isConfirmed}
            isBlocking={block !== undefined}
            isLate={isLate}
          />
        </form>
      </AlertDialogFrame>
    </AlertDialog.Root>
  );
};

/** Takes the row away and says who was faster, once the session of the open dialog has been ended by others. */
const useLateEnding = (sessionId: string | undefined): void => {
  const store = useLiveStore();
  const announce = useAnnounce();
  useEffect(() => {
    if (sessionId === undefined) return;
    store.markGone(sessionId);
    announce(endedByOthers(store, sessionId));
    // Said again when the dialog closes: while it is open, it hides the page from screen readers.
    return () => announce(endedByOthers(store, sessionId));
  }, [sessionId, store, announce]);
};

const endLabel = (count: number): string =>
  count === 1 ? "End session" : `End ${count.toLocaleString()} sessions`;

interface DialogActionsProps {
  readonly count: number;
  readonly isPending: boolean;
  readonly isConfirmed: boolean;
  readonly isBlocking: boolean;
  readonly isLate: boolean;
}

const DialogActions = ({ count, isPending, isConfirmed, isBlocking, isLate }: DialogActionsProps) => (
  // In view however high the dialog is; its padding is the frame's.
  <div className="sticky -bottom-5 -mx-5 -mb-5 flex justify-end gap-2 bg-surface px-5 pt-5 pb-5 sm:-bottom-6 sm:-mx-6 sm:-mb-6 sm:px-6 sm:pb-6">
    <AlertDialog.Cancel asChild>
      <Button disabled={isPending}>{isLate ? "Close" : "Cancel"}</Button>
    </AlertDialog.Cancel>
    {!isLate && (
      <Button kind="danger" type="submit" aria-disabled={isPending || !isConfirmed}>
        {isPending ? "Ending…" : endLabel(count)}
        {!isPending && isBlocking && " and block"}
      </Button>
    )}
  </div>
);
