import { createClient } from "@adjourn/client";
import { AdjournProvider, type SessionStatus, useSession } from "@adjourn/client/react";
import { createElement as h, StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";

declare global {
  interface Window {
    /** Each status that was shown, in order. */
    statuses: SessionStatus[];
  }
}

const query = new URLSearchParams(location.search);
const client = createClient({ url: query.get("api") ?? "", token: query.get("token") ?? undefined });
window.statuses = [];

const button = (name: string, onClick: () => unknown) => h("button", { type: "button", onClick }, name);

const Session = ({ sessionId }: { readonly sessionId: string }) => {
  const { messages, status, ending, error, send, cancel, end } = useSession(sessionId);
  if (window.statuses.at(-1) !== status) window.statuses.push(status);
  const line = (message: (typeof messages)[number]) =>
    h("li", { key: message.id, "data-writing": message.isWriting }, message.content);
  return h(
    "main",
    null,
    h("p", { id: "status" }, status),
    h("p", { id: "ending", title: ending?.endedAt }, ending ? `${ending.cause}: ${ending.reason}` : ""),
    h("p", { id: "error" }, error?.code ?? ""),
    h("ol", null, ...messages.map(line)),
    button("Send", () => send("question")),
    button("Cancel", () => cancel()),
    button("End", () => end({ reason: "by the page" })),
  );
};

const Page = () => {
  const [isShown, setShown] = useState(true);
  return h(
    "div",
    null,
    button("Toggle", () => setShown(!isShown)),
    isShown ? h(Session, { sessionId: query.get("session") ?? "" }) : null,
  );
};

const root = document.querySelector("#root");
// Strict mode mounts every component twice.
if (root) createRoot(root).render(h(StrictMode, null, h(AdjournProvider, { client }, h(Page))));
