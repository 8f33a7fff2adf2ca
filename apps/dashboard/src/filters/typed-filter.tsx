"use client";

import { Search } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { Input } from "../ui/field";

const typingPauseMs = 200;

interface TypedFilterProps {
  readonly label: string;
  readonly placeholder: string;
  readonly icon?: boolean;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly isValid?: (text: string) => boolean;
  readonly list?: string;
}

/** Reports the text after a typing pause, and follows the URL when that changes by other means. */
export const TypedFilter = ({
  label,
  placeholder,
  icon,
  value,
  onChange,
  isValid,
  list,
}: TypedFilterProps) => {
  const id = useId();
  const [text, setText] = useState(() => typedEarly(id) ?? value);
  const [reported, setReported] = useState(value);
  const [shown, setShown] = useState(value);
  // While rendering, so that the field changes together with the list.
  if (value !== shown) {
    setShown(value);
    setReported(value);
    if (value !== reported) setText(value);
  }
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === reported || (wanted !== "" && isValid && !isValid(wanted))) return;
    const timer = setTimeout(() => {
      setReported(wanted);
      onChange(wanted);
    }, typingPauseMs);
    return () => clearTimeout(timer);
  }, [text, reported, onChange, isValid]);
  const isWrong = text.trim() !== "" && isValid !== undefined && !isValid(text.trim());
  return (
    <div className={icon ? "relative sm:w-64" : "relative sm:w-44"}>
      {icon && (
        <Search
          aria-hidden="true"
          className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-ink-faint"
        />
      )}
      <Input
        id={id}
        type={icon ? "search" : "text"}
        aria-label={label}
        aria-invalid={isWrong || undefined}
        title={isWrong ? "An id has the digits 0-9, the letters a-f and dashes" : undefined}
        placeholder={placeholder}
        value={text}
        list={list}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setText(event.target.value)}
        className={icon ? "pl-8.5" : undefined}
      />
    </div>
  );
};

/** What a field of the server's markup holds. What was typed there before the page is hydrated would be lost. */
const typedEarly = (id: string): string | undefined => {
  if (typeof document === "undefined") return undefined;
  const field = document.getElementById(id);
  return field instanceof HTMLInputElement ? field.value : undefined;
};
