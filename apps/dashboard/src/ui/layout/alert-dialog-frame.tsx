import { AlertDialog } from "radix-ui";
import type { ReactNode } from "react";

interface AlertDialogFrameProps {
  /** Called when the dialog has gone, to give the focus to what should have it then. */
  readonly onClosed: () => void;
  readonly children: ReactNode;
}

/** The box of a dialog that asks before something is done, above a shade. */
export const AlertDialogFrame = ({ onClosed, children }: AlertDialogFrameProps) => (
  <AlertDialog.Portal>
    <AlertDialog.Overlay className="fixed inset-0 z-40 animate-[fade_120ms_ease-out] bg-shade" />
    <AlertDialog.Content
      onCloseAutoFocus={(event) => {
        event.preventDefault();
        onClosed();
      }}
      className="fixed inset-x-3 bottom-3 z-50 mx-auto max-h-[calc(100dvh-1.5rem)] max-w-lg animate-[appear_140ms_ease-out] scroll-pb-20 overflow-y-auto rounded-xl border border-line bg-surface p-5 shadow-float sm:top-[12vh] sm:bottom-auto sm:max-h-[86vh] sm:p-6"
    >
      {children}
    </AlertDialog.Content>
  </AlertDialog.Portal>
);

/** Says why what the dialog asked for was not done. */
export const AlertDialogProblem = ({ children }: { readonly children: ReactNode }) => (
  <p role="alert" className="mt-3 rounded-md bg-danger-wash px-3 py-2 text-danger">
    {children}
  </p>
);
