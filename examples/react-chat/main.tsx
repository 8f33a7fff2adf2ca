import { createClient } from "@adjourn/client";
import { AdjournProvider, useSession } from "@adjourn/client/react";
import { type FormEvent, StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";

const typewriter = "00000000-0000-4000-8000-000000000002";
/** The agent waits this long before each word. */
const metadata = { delayMs: 300 };

const client = createClient({ url: location.origin });

/** The session's id is in the address, so that a reload continues it. */
const openSession = async (): Promise<string> => {
  const { hash } = location;
  if (hash.length > 1) return hash.slice(1);
  const userId = crypto.randomUUID();
  const { sessionId } = await client.trpc.createSession.mutate({ agentId: typewriter, userId, metadata });
  location.hash = sessionId;
  return sessionId;
};

/** A failure is shown as the session's error. */
const run = (call: Promise<unknown>): void => {
  call.catch(() => {});
};

const ChatPage = ({ sessionId }: { sessionId: string }) => {
  const { messages, status, ending, error, hasEarlier, ...session } = useSession(sessionId);
  const [input, setInput] = useState("");
  const isReplying = messages.some(({ isWriting }) => isWriting);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    run(session.send(input));
    setInput("");
  };
  return (
    <>
      {hasEarlier && (
        <button type="button" onClick={() => run(session.loadEarlier())}>
          Earlier messages
        </button>
      )}
      <div role="log">
        {messages.map(({ id, content, isAgent, isWriting }) => (
          <p key={id} className={isAgent ? "assistant" : "user"}>
            {content}
            {isWriting && "…"}
          </p>
        ))}
      </div>
      {status === "connecting" && <p role="status">Connecting</p>}
      {status === "ended" && (
        <p role="status">The session has ended{ending && `: ${ending.reason ?? ending.cause}`}</p>
      )}
      {error && status !== "ended" && <p role="alert">{error.message}</p>}
      <form onSubmit={submit}>
        <input
          aria-label="Message"
          value={input}
          onChange={(event) => setInput(event.target.value)}
          required
        />
        <button type="submit" disabled={status !== "active"}>
          Send
        </button>
        <button type="button" disabled={!isReplying} onClick={() => run(session.cancel())}>
          Stop
        </button>
        <button type="button" disabled={status !== "active"} onClick={() => run(session.end())}>
          End
        </button>
      </form>
    </>
  );
};

const sessionId = await openSession();
const root = document.getElementById("root");
if (root)
  createRoot(root).render(
    <StrictMode>
      <AdjournProvider client={client}>
        <ChatPage sessionId={sessionId} />
      </AdjournProvider>
    </StrictMode>,
  );
