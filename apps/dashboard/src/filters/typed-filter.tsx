"use client";

import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { earlyText, takeEarlyText } from "../shortcuts/early-input";
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
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(() => earlyText(label) ?? value);
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
  useEffect(() => {
    const early = takeEarlyText(label);
    if (early === undefined) return;
    setText(early);
    // The field that had the focus was replaced.
    if (document.activeElement === document.body) input.current?.focus();
  }, [label]);
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
        ref={input}
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
