"use client";

import { sessionErrorOf } from "@adjourn/client";
import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { AlertDialog } from "radix-ui";
import { useId, useState } from "react";
import { shortId } from "../lists/records";
import { describeFailure } from "../live/call-error";
import { inBackground } from "../live/in-background";
import { useAnnounce } from "../ui/announcer";
import { Button } from "../ui/button";
import { Field, Input } from "../ui/field";
import { AlertDialogFrame, AlertDialogProblem } from "../ui/layout/alert-dialog-frame";
import { useFocusReturn } from "../ui/use-focus-return";

const consequences = [
  "All messages of all their conversations are removed for good, with the metadata.",
  "The reasons in their endings are removed. The endings themselves stay: who ended what, when, and by what cause.",
  "The conversations can't be searched, read, exported or continued any more.",
  "A block of this user stays, and so does what webhooks and agents have been sent.",
] as const;

interface EraseUserDialogProps {
  readonly userId: string;
  readonly onClosed: () => void;
}

/** Erases all conversations of a user, once the beginning of the user's id is typed. */
export const EraseUserDialog = ({ userId, onClosed }: EraseUserDialogProps) => {
  const id = useId();
  const [isOpen, setIsOpen] = useState(true);
  const [typed, setTyped] = useState("");
  const returnFocus = useFocusReturn();
  const erase = useEraseUser(userId, () => setIsOpen(false));
  const wanted = shortId(userId);
  const isConfirmed = typed.trim().toLowerCase() === wanted.toLowerCase();
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={(next) => erase.isPending || setIsOpen(next)}>
      <AlertDialogFrame
        onClosed={() => {
          returnFocus();
          onClosed();
        }}
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (isConfirmed && !erase.isPending) erase.mutate();
          }}
        >
          <AlertDialog.Title className="text-base font-semibold">
            Erase user <span className="font-mono text-[0.9375rem]">{wanted}</span>?
          </AlertDialog.Title>
          <AlertDialog.Description asChild>
            <div className="mt-2 text-ink-soft">
              <p className="font-mono text-xs wrap-anywhere text-ink-faint">{userId}</p>
              <ul className="mt-3 grid list-disc gap-1.5 pl-5 text-ink">
                {consequences.map((text) => (
                  <li key={text}>{text}</li>
                ))}
              </ul>
              <p className="mt-3">This can't be undone. Export first what has to be kept.</p>
            </div>
          </AlertDialog.Description>
          <div className="mt-4">
            <Field id={id} label={`Type ${wanted} to confirm`}>
              <Input
                id={id}
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
                autoComplete="off"
                spellCheck={false}
                className="font-mono"
              />
            </Field>
          </div>
          {erase.error && <AlertDialogProblem>{describeRefusal(erase.error)}</AlertDialogProblem>}
          <div className="mt-5 flex justify-end gap-2">
            <AlertDialog.Cancel asChild>
              <Button disabled={erase.isPending}>Cancel</Button>
            </AlertDialog.Cancel>
            <Button kind="danger" type="submit" aria-disabled={!isConfirmed || erase.isPending}>
              {erase.isPending ? "Erasing…" : "Erase user"}
            </Button>
          </div>
        </form>
      </AlertDialogFrame>
    </AlertDialog.Root>
  );
};

const describeRefusal = (error: unknown): string =>
  sessionErrorOf(error)?.code === "CHANNEL_IN_USE"
    ? "A session of this user is live. End it first, then erase."
    : describeFailure(error);

const useEraseUser = (userId: string, onDone: () => void) => {
  const api = useTRPCClient();
  const queryClient = useQueryClient();
  const announce = useAnnounce();
  const router = useRouter();
  return useMutation({
    mutationFn: () => api.eraseUser.mutate({ userId }),
    onSuccess: ({ channels }) => {
      const erased = `${channels.toLocaleString()} conversation${channels === 1 ? "" : "s"} removed`;
      announce({ title: "User erased", detail: `${shortId(userId)}, ${erased}` });
      onDone();
      // What stays is shown, and nothing that was read before.
      router.push(`/endings?userId=${encodeURIComponent(userId)}`);
      inBackground(queryClient.resetQueries());
    },
  });
};
