"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";
import { Button } from "../ui/button";
import { type Theme, themeCookie, themes } from "./theme";

const icons = { system: Monitor, light: Sun, dark: Moon } as const;
const names = { system: "as the system has it", light: "light", dark: "dark" } as const;
const yearSeconds = 31_536_000;

export const ThemeButton = ({ initial }: { readonly initial: Theme }) => {
  const [theme, setTheme] = useState(initial);
  const Icon = icons[theme];
  const change = () => {
    const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? "system";
    setTheme(next);
    if (next === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    // biome-ignore lint/suspicious/noDocumentCookie: the cookie store is missing on plain http and in Firefox before 140
    document.cookie = `${themeCookie}=${next}; path=/; max-age=${yearSeconds}; samesite=lax`;
  };
  return (
    <Button kind="quiet" size="icon" onClick={change} title={`Colours: ${names[theme]}`}>
      <Icon aria-hidden="true" />
      <span className="sr-only">Colours: {names[theme]}. Change</span>
    </Button>
  );
};
