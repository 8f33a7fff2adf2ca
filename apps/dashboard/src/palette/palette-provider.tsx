"use client";

import { type ReactNode, useEffect, useRef, useState } from "react";
import { useShortcuts } from "../shortcuts/use-shortcuts";
import { loadLater } from "../ui/load-later";
import { rememberFocus } from "../ui/use-focus-return";

// Fetched when it is first opened.
const Palette = loadLater(() => import("./palette").then((file) => file.Palette), {
  onDemand: true,
  placeholder: ({ text, onText, onEnter, onClose }) => (
    <EarlyInput text={text} onText={onText} onEnter={onEnter} onClose={onClose} />
  ),
});
const ShortcutHelp = loadLater(() => import("../shortcuts/shortcut-help").then((file) => file.ShortcutHelp), {
  onDemand: true,
});

/** The command palette (Ctrl or Cmd with K) and the help with the keys (`?`), on every page. */
export const PaletteProvider = ({ children }: { readonly children: ReactNode }) => {
  const [open, setOpen] = useState<"palette" | "help" | null>(null);
  const giveFocusBack = useRef(() => {});
  const [text, setText] = useState("");
  /** Whether Enter was pressed behind the text before the palette's code was there. */
  const [isEntered, setEntered] = useState(false);
  const changeText = (value: string) => {
    setText(value);
    setEntered(false);
  };
  const close = () => setOpen(null);
  const onClosed = () => giveFocusBack.current();
  useShortcuts({
    "?": () => {
      giveFocusBack.current = rememberFocus();
      setOpen("help");
    },
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || event.altKey || event.shiftKey) return;
      if (!event.ctrlKey && !event.metaKey) return;
      if (document.querySelector('[role="alertdialog"]')) return;
      event.preventDefault();
      // Open, it has the focus itself.
      if (!document.querySelector('[role="dialog"]')) giveFocusBack.current = rememberFocus();
      setText("");
      setEntered(false);
      setOpen((before) => (before === "palette" ? null : "palette"));
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
  return (
    <>
      {children}
      {open === "palette" && (
        <Palette
          text={text}
          isEntered={isEntered}
          onText={changeText}
          onEnter={() => setEntered(true)}
          onClose={close}
          onClosed={onClosed}
          onHelp={() => setOpen("help")}
        />
      )}
      {open === "help" && <ShortcutHelp onClose={close} onClosed={onClosed} />}
    </>
  );
};

interface EarlyInputProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onEnter: () => void;
  readonly onClose: () => void;
}

/** Takes what is typed before the palette's code is there: on the page, single letters are shortcuts. */
const EarlyInput = ({ text, onText, onEnter, onClose }: EarlyInputProps) => (
  <div
    role="dialog"
    aria-label="Command palette"
    className="fixed inset-x-3 top-[12vh] z-50 mx-auto max-w-xl overflow-hidden rounded-xl border border-line bg-surface shadow-float"
  >
    <input
      ref={takeFocus}
      aria-label="Command palette"
      value={text}
      onChange={(event) => onText(event.target.value)}
      onKeyDown={({ key }) => {
        if (key === "Escape") onClose();
        if (key === "Enter") onEnter();
      }}
      className="h-12 w-full border-b border-line bg-transparent px-4 text-[0.9375rem] outline-none"
    />
  </div>
);

/** Gives it back when the input goes, so that the palette returns it to the page when it closes. */
const takeFocus = (input: HTMLInputElement) => {
  const before = document.activeElement;
  input.focus();
  return () => {
    if (before instanceof HTMLElement) before.focus();
  };
};
