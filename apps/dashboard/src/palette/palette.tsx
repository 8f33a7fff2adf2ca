"use client";

import { Command } from "cmdk";
import { Ban, Bot, Gauge, Keyboard, MessagesSquare, SquareCheckBig, Webhook } from "lucide-react";
import { useRouter } from "next/navigation";
import { Dialog } from "radix-ui";
import { useRef } from "react";
import { useAgents } from "../lists/use-agents";
import { FoundSessions } from "./found-sessions";
import { PaletteItem } from "./palette-item";

interface PaletteProps {
  readonly text: string;
  /** Whether Enter was pressed before this was there: the first match is chosen then. */
  readonly isEntered: boolean;
  readonly onText: (text: string) => void;
  readonly onEnter: () => void;
  readonly onClose: () => void;
  /** Called when the dialog has gone, to give the focus back. */
  readonly onClosed: () => void;
  readonly onHelp: () => void;
}

const pages = [
  { href: "/", name: "Overview", icon: Gauge },
  { href: "/sessions", name: "Sessions", icon: MessagesSquare },
  { href: "/endings", name: "Endings", icon: SquareCheckBig },
  { href: "/blocks", name: "Blocks", icon: Ban },
  { href: "/agents", name: "Agents", icon: Bot },
  { href: "/webhooks", name: "Webhooks", icon: Webhook },
] as const;

const enterPress = () => new KeyboardEvent("keydown", { key: "Enter", bubbles: true });

/** Goes to pages, agents and sessions, and ends a session, by a few letters of its id or of what was said. */
export const Palette = ({ text, isEntered, onText, onClose, onClosed, onHelp }: PaletteProps) => {
  const router = useRouter();
  const input = useRef<HTMLInputElement>(null);
  const { agents } = useAgents();
  const go = (href: string) => {
    onClose();
    router.push(href);
  };
  const wanted = text.trim();
  /** Behind what was typed early, which the dialog would select and the next letter replace. */
  const focusInput = (event: Event) => {
    event.preventDefault();
    input.current?.focus();
    input.current?.setSelectionRange(text.length, text.length);
    // Once the first match is marked, which is a render later.
    if (isEntered) requestAnimationFrame(() => input.current?.dispatchEvent(enterPress()));
  };
  return (
    <Dialog.Root open onOpenChange={onClose}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 animate-[fade_120ms_ease-out] bg-shade" />
        <Dialog.Content
          aria-describedby={undefined}
          onOpenAutoFocus={focusInput}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            onClosed();
          }}
          className="fixed inset-x-3 top-[12vh] z-50 mx-auto max-w-xl animate-[appear_140ms_ease-out] overflow-hidden rounded-xl border border-line bg-surface shadow-float"
        >
          <Dialog.Title className="sr-only">Command palette</Dialog.Title>
          <Command label="Command palette" loop>
            <Command.Input
              ref={input}
              value={text}
              onValueChange={onText}
              placeholder="Search sessions, or go to…"
              className="h-12 w-full border-b border-line bg-transparent px-4 text-[0.9375rem] outline-none placeholder:text-ink-faint"
            />
            <Command.List className="max-h-[min(24rem,60vh)] overflow-y-auto p-2 [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-ink-faint">
              <Command.Group heading="Go to">
                {pages.map(({ href, name, icon: Icon }) => (
                  <PaletteItem key={href} value={`go to ${name}`} onSelect={() => go(href)}>
                    <Icon aria-hidden="true" />
                    {name}
                  </PaletteItem>
                ))}
              </Command.Group>
              <Command.Group heading="Sessions of an agent">
                {agents.map(({ id, name }) => (
                  <PaletteItem
                    key={id}
                    value={`sessions of ${name} ${id}`}
                    onSelect={() => go(`/sessions?agentId=${encodeURIComponent(id)}`)}
                  >
                    <Bot aria-hidden="true" />
                    <span className="truncate">{name}</span>
                  </PaletteItem>
                ))}
              </Command.Group>
              {wanted !== "" && <FoundSessions text={wanted} onGo={go} onClose={onClose} />}
              <Command.Group heading="Help">
                <PaletteItem value="keyboard shortcuts help" onSelect={onHelp}>
                  <Keyboard aria-hidden="true" />
                  Keyboard shortcuts
                </PaletteItem>
              </Command.Group>
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
};
