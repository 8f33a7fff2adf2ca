"use client";

import { Dialog } from "radix-ui";
import { Button } from "../ui/button";
import { shortcutList } from "./shortcut-list";

const Keys = ({ keys }: { readonly keys: readonly string[] }) => (
  <span className="inline-flex gap-1">
    {keys.map((key) => (
      <kbd
        key={key}
        className="grid h-6 min-w-6 place-items-center rounded border border-line-strong bg-sunken px-1.5 font-sans text-xs"
      >
        {key}
      </kbd>
    ))}
  </span>
);

interface ShortcutHelpProps {
  readonly onClose: () => void;
  /** Called when the dialog has gone, to give the focus back. */
  readonly onClosed: () => void;
}

export const ShortcutHelp = ({ onClose, onClosed }: ShortcutHelpProps) => (
  <Dialog.Root open onOpenChange={onClose}>
    <Dialog.Portal>
      <Dialog.Overlay className="fixed inset-0 z-40 animate-[fade_120ms_ease-out] bg-shade" />
      <Dialog.Content
        aria-describedby={undefined}
        onCloseAutoFocus={(event) => {
          event.preventDefault();
          onClosed();
        }}
        className="fixed inset-x-3 top-[12vh] z-50 mx-auto max-h-[80vh] max-w-md animate-[appear_140ms_ease-out] overflow-y-auto rounded-xl border border-line bg-surface p-5 shadow-float"
      >
        <div className="mb-3 flex items-center justify-between">
          <Dialog.Title className="text-base font-semibold">Keyboard shortcuts</Dialog.Title>
          <Dialog.Close asChild>
            <Button kind="quiet" size="small">
              Close
            </Button>
          </Dialog.Close>
        </div>
        <dl className="divide-y divide-line">
          {shortcutList.map(({ keys, or, does }) => (
            <div key={does} className="flex items-center justify-between gap-4 py-2">
              <dt className="text-ink-soft">{does}</dt>
              <dd className="flex shrink-0 items-center gap-1.5">
                <Keys keys={keys} />
                {or && (
                  <>
                    <span className="text-xs text-ink-soft">or</span>
                    <Keys keys={or} />
                  </>
                )}
              </dd>
            </div>
          ))}
        </dl>
      </Dialog.Content>
    </Dialog.Portal>
  </Dialog.Root>
);
