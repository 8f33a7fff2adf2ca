"use client";

import { LockKeyhole } from "lucide-react";
import { Dialog } from "radix-ui";
import { useFocusReturn } from "../ui/use-focus-return";
import { LoginForm } from "./login-form";

interface SignedOutDialogProps {
  readonly onSignedIn: () => void;
}

/** Asks for the key over whatever is open, and leaves it as it is. */
export const SignedOutDialog = ({ onSignedIn }: SignedOutDialogProps) => {
  const returnFocus = useFocusReturn();
  return (
    <Dialog.Root open>
      <Dialog.Portal>
        {/* What was read before is not for whoever sits here now. */}
        <Dialog.Overlay className="fixed inset-0 z-60 animate-[fade_120ms_ease-out] bg-shade backdrop-blur-md" />
        <Dialog.Content
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            returnFocus();
          }}
          onEscapeKeyDown={(event) => event.preventDefault()}
          onPointerDownOutside={(event) => event.preventDefault()}
          onInteractOutside={(event) => event.preventDefault()}
          className="fixed inset-x-3 top-[14vh] z-70 mx-auto max-h-[calc(86dvh-1.5rem)] max-w-sm animate-[appear_140ms_ease-out] overflow-y-auto rounded-xl border border-line bg-surface p-5 shadow-float sm:p-6"
        >
          <Dialog.Title className="flex items-center gap-2 text-base font-semibold">
            <LockKeyhole aria-hidden="true" className="size-4 text-ink-soft" />
            You are signed out
          </Dialog.Title>
          <Dialog.Description className="mt-1 mb-4 text-ink-soft">
            Sign in to go on where you were. What you have typed is kept.
          </Dialog.Description>
          <LoginForm next={currentPath()} initial={null} onSignedIn={onSignedIn} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
};

const currentPath = (): string => window.location.pathname + window.location.search;
