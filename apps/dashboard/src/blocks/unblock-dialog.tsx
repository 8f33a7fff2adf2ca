"use client";

import { sessionErrorOf } from "@adjourn/client";
import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { AlertDialog } from "radix-ui";
import { useState } from "react";
import { blocksKey } from "../lists/list-keys";
import { type Block, shortId } from "../lists/records";
import { describeFailure } from "../live/call-error";
import { inBackground } from "../live/in-background";
import { useAnnounce } from "../ui/announcer";
import { Button } from "../ui/button";
import { AlertDialogFrame, AlertDialogProblem } from "../ui/layout/alert-dialog-frame";
import { useFocusReturn } from "../ui/use-focus-return";

interface UnblockDialogProps {
  readonly block: Block;
  /** Called once the user is not blocked any more. */
  readonly onUnblocked: (userId: string) => void;
  readonly onClosed: () => void;
}

/** Asks before a block is removed. */
export const UnblockDialog = ({ block, onUnblocked, onClosed }: UnblockDialogProps) => {
  const [isOpen, setIsOpen] = useState(true);
  const returnFocus = useFocusReturn();
  const unblock = useUnblock(block.userId, () => {
    onUnblocked(block.userId);
    setIsOpen(false);
  });
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={(next) => unblock.isPending || setIsOpen(next)}>
      <AlertDialogFrame
        onClosed={() => {
          returnFocus(unblock.isSuccess);
          onClosed();
        }}
      >
        <AlertDialog.Title className="text-base font-semibold">
          Unblock user <span className="font-mono text-[0.9375rem]">{shortId(block.userId)}</span>?
        </AlertDialog.Title>
        <AlertDialog.Description asChild>
          <div className="mt-2 text-ink-soft">
            <p className="font-mono text-xs wrap-anywhere text-ink-faint">{block.userId}</p>
            <p className="mt-2">The user can begin sessions again. Ended sessions stay ended.</p>
          </div>
        </AlertDialog.Description>
        {unblock.error && <AlertDialogProblem>{describeFailure(unblock.error)}</AlertDialogProblem>}
        <div className="mt-5 flex justify-end gap-2">
          <AlertDialog.Cancel asChild>
            <Button disabled={unblock.isPending}>Cancel</Button>
          </AlertDialog.Cancel>
          <Button
            kind="primary"
            aria-disabled={unblock.isPending}
            onClick={() => unblock.isPending || unblock.mutate()}
          >
            {unblock.isPending ? "Unblocking…" : "Unblock"}
          </Button>
        </div>
      </AlertDialogFrame>
    </AlertDialog.Root>
  );
};

/** Removes the block. One that is already gone is an outcome, not an error. */
const useUnblock = (userId: string, onDone: () => void) => {
  const api = useTRPCClient();
  const queryClient = useQueryClient();
  const announce = useAnnounce();
  return useMutation({
    mutationFn: async () => {
      try {
        await api.unblockUser.mutate({ userId });
        return "User unblocked";
      } catch (error) {
        if (sessionErrorOf(error)?.code !== "BLOCK_NOT_FOUND") throw error;
        return "Already unblocked";
      }
    },
    onSuccess: (title) => {
      announce({ title, detail: shortId(userId) });
      onDone();
      inBackground(queryClient.invalidateQueries({ queryKey: [blocksKey] }));
    },
  });
};
