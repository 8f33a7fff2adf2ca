import { useChat } from "@ai-sdk/react";
import { DefaultChatTransport, type UIMessage } from "ai";
import { type FormEvent, StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";

const typewriter = "00000000-0000-4000-8000-000000000002";
/** The agent waits this long before each word. */
const metadata = { delayMs: 300 };

/** The session's id is in the address, so that a reload continues it. */
const openSession = async (): Promise<string> => {
  const { hash } = location;
  if (hash.length > 1) return hash.slice(1);
  const response = await fetch("/api/messaging/sessions", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ agentId: typewriter, userId: crypto.randomUUID(), metadata }),
  });
  const { sessionId } = (await response.json()) as { sessionId: string };
  location.hash = sessionId;
  return sessionId;
};

const readMessages = async (sessionId: string): Promise<UIMessage[]> => {
  const response = await fetch(`/api/chat/${sessionId}/messages`);
  return response.ok ? ((await response.json()) as UIMessage[]) : [];
};

const ChatPage = ({ sessionId, earlier }: { sessionId: string; earlier: UIMessage[] }) => {
  const [input, setInput] = useState("");
  const [ending, setEnding] = useState<string | null>(null);
  const { messages, sendMessage, status, error } = useChat({
    id: sessionId,
    messages: earlier,
    resume: true,
    transport: new DefaultChatTransport({ api: "/api/chat" }),
    onData: ({ type, data }) => {
      if (type === "data-session-ended") setEnding((data as { reason: string | null }).reason ?? "no reason");
    },
  });
  const isReplying = status === "submitted" || status === "streaming";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // A failure is shown as the chat's error.
    sendMessage({ text: input }).catch(() => {});
    setInput("");
  };
  const stop = () => {
    fetch(`/api/chat/${sessionId}/stop`, { method: "POST" }).catch(() => {});
  };
  return (
    <>
      <div role="log">
        {messages.map(({ id, role, parts }) => (
          <p key={id} className={role}>
            {parts.map((part) => (part.type === "text" ? part.text : ""))}
          </p>
        ))}
      </div>
      {ending !== null && <p role="status">The session has ended: {ending}</p>}
      {error && <p role="alert">{error.message}</p>}
      <form onSubmit={submit}>
        <input
          aria-label="Message"
          value={input}
          onChange={(event) => setInput(event.target.value)}
          required
        />
        <button type="submit" disabled={isReplying || ending !== null}>
          Send
        </button>
        <button type="button" disabled={!isReplying} onClick={stop}>
          Stop
        </button>
      </form>
    </>
  );
};

const sessionId = await openSession();
const earlier = await readMessages(sessionId);
const root = document.getElementById("root");
if (root)
  createRoot(root).render(
    <StrictMode>
      <ChatPage sessionId={sessionId} earlier={earlier} />
    </StrictMode>,
  );
