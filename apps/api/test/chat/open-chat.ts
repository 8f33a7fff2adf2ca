import { Chat } from "@ai-sdk/react";
import { DefaultChatTransport, type UIMessage } from "ai";

/** A chat of the AI SDK, as `useChat` makes it, and the data parts that it was given. */
export interface OpenChat {
  readonly chat: Chat<UIMessage>;
  readonly data: { readonly type: string; readonly data: unknown }[];
}

export const openChat = (
  url: string,
  sessionId: string,
  { messages = [], headers = {} }: { messages?: UIMessage[]; headers?: Record<string, string> } = {},
): OpenChat => {
  const data: OpenChat["data"] = [];
  const chat = new Chat<UIMessage>({
    id: sessionId,
    messages,
    transport: new DefaultChatTransport({ api: `${url}/api/chat`, headers }),
    onData: (part) => data.push(part),
  });
  return { chat, data };
};

export const textOf = (message: UIMessage | undefined): string =>
  message?.parts.map((part) => (part.type === "text" ? part.text : "")).join("") ?? "";

export const readUiMessages = async (url: string, sessionId: string): Promise<UIMessage[]> => {
  const response = await fetch(`${url}/api/chat/${sessionId}/messages`);
  return (await response.json()) as UIMessage[];
};
