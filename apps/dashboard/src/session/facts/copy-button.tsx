"use client";

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { inBackground } from "../../live/in-background";
import { useAnnounce } from "../../ui/announcer";
import { Button } from "../../ui/button";
import { copyText } from "./copy-text";

const doneMs = 2_000;

interface CopyButtonProps {
  /** What is copied, within a sentence: "user id". */
  readonly name: string;
  readonly text: string;
}

export const CopyButton = ({ name, text }: CopyButtonProps) => {
  const announce = useAnnounce();
  const [isDone, setIsDone] = useState(false);
  useEffect(() => {
    if (!isDone) return;
    const timer = setTimeout(() => setIsDone(false), doneMs);
    return () => clearTimeout(timer);
  }, [isDone]);
  const copy = async () => {
    const isCopied = await copyText(text);
    setIsDone(isCopied);
    announce({ title: isCopied ? `Copied the ${name}` : `The ${name} could not be copied` });
  };
  return (
    <Button
      kind="quiet"
      size="icon"
      title={`Copy the ${name}`}
      aria-label={`Copy ${name}`}
      className="size-7 shrink-0 text-ink-faint [&_svg]:size-3.5 print:hidden"
      onClick={() => inBackground(copy())}
    >
      {isDone ? <Check aria-hidden="true" className="text-accent" /> : <Copy aria-hidden="true" />}
    </Button>
  );
};
