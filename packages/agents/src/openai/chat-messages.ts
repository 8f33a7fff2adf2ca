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
 * A conversation as every chat template takes it: the instructions first and once, then turns of the user and the model
 * that alternate, the user's first. Strict templates refuse anything else, and would go on refusing for as long as the
 * history holds it.
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
  // What is left of a reply whose question lies before the history.
  const firstOfUser = earlier.findIndex(({ isAgent }) => !isAgent);
  const turns = [...(firstOfUser === -1 ? [] : earlier.slice(firstOfUser)), message];
  const system: readonly ChatMessage[] =
    systemPrompt === undefined ? [] : [{ role: "system", content: systemPrompt }];
  return [...system, ...mergeNeighbours(turns)];
};

/** A reply that failed, or was cut off, leaves two turns of the user in a row. */
const mergeNeighbours = (
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
