import type { Message } from "@adjourn/sessions";
import { dropThinkBlock } from "./think-block.js";

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export interface Conversation {
  readonly systemPrompt?: string | undefined;
  /** Oldest first. */
  readonly history: readonly Message[];
  readonly message: Message;
  readonly keepThinking: boolean;
}

/**
 * A conversation in the form that every chat template accepts: one system message, then alternating turns that begin
 * with the user's. Strict templates refuse any other form, and would refuse every later message with the same history.
 */
export const toChatMessages = ({
  systemPrompt,
  history,
  message,
  keepThinking,
}: Conversation): readonly ChatMessage[] => {
  const earlier = history
    .map(({ isAgent, content }) => ({
      isAgent,
      content: isAgent && !keepThinking ? dropThinkBlock(content) : content,
    }))
    .filter(({ content }) => content.trim() !== "");
  // The history may begin with a reply whose question is older than the history.
  const firstOfUser = earlier.findIndex(({ isAgent }) => !isAgent);
  const turns = [...(firstOfUser === -1 ? [] : earlier.slice(firstOfUser)), message];
  const system: readonly ChatMessage[] =
    systemPrompt === undefined ? [] : [{ role: "system", content: systemPrompt }];
  return [...system, ...mergeConsecutive(turns)];
};

/** A failed or cancelled reply leaves two consecutive turns of the user. */
const mergeConsecutive = (
  turns: readonly { readonly isAgent: boolean; readonly content: string }[],
): readonly ChatMessage[] => {
  const merged: ChatMessage[] = [];
  for (const { isAgent, content } of turns) {
    const role = isAgent ? "assistant" : "user";
    const last = merged.at(-1);
    if (last?.role === role) merged.splice(-1, 1, { role, content: `${last.content}\n\n${content}` });
    else merged.push({ role, content });
  }
  return merged;
};
