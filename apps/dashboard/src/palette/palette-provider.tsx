"use client";

import dynamic from "next/dynamic";
import { type ReactNode, useEffect, useState } from "react";
import { useShortcuts } from "../shortcuts/use-shortcuts";

// Fetched when it is first opened.
const Palette = dynamic(() => import("./palette").then((file) => file.Palette), { ssr: false });
const ShortcutHelp = dynamic(() => import("../shortcuts/shortcut-help").then((file) => file.ShortcutHelp), {
  ssr: false,
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
