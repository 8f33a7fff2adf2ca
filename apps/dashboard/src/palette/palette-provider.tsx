"use client";

import { type ReactNode, useEffect, useState } from "react";
import { useShortcuts } from "../shortcuts/use-shortcuts";
import { loadLater } from "../ui/load-later";

// Fetched when it is first opened.
const Palette = loadLater(() => import("./palette").then((file) => file.Palette), { onDemand: true });
const ShortcutHelp = loadLater(() => import("../shortcuts/shortcut-help").then((file) => file.ShortcutHelp), {
  onDemand: true,
});

/** The command palette (Ctrl or Cmd with K) and the help with the keys (`?`), on every page. */
export const PaletteProvider = ({ children }: { readonly children: ReactNode }) => {
  const [open, setOpen] = useState<"palette" | "help" | null>(null);
  const close = () => setOpen(null);
  useShortcuts({ "?": () => setOpen("help") });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || event.altKey || event.shiftKey) return;
      if (!event.ctrlKey && !event.metaKey) return;
      if (document.querySelector('[role="alertdialog"]')) return;
      event.preventDefault();
      setOpen((before) => (before === "palette" ? null : "palette"));
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
  return (
    <>
      {children}
      {open === "palette" && <Palette onClose={close} onHelp={() => setOpen("help")} />}
      {open === "help" && <ShortcutHelp onClose={close} />}
    </>
  );
};
