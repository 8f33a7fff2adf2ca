import type { SessionStore } from "@adjourn/sessions";
import { SpanKind } from "@opentelemetry/api";
import { type Method, wrapMethods } from "../wrap-methods.js";
import { conversationOf, type Spans } from "./spans.js";

/** The writes that end sessions. */
const commits = new Set(["endSession", "endMatching", "blockUser", "expireSessions"]);

/** Wraps the store to record each call below a span. What the server does by itself would be noise, and is not recorded. */
export const traceStore = (store: SessionStore, system: string, spans: Spans): SessionStore => {
  const wrap = (operation: string, method: Method): Method => {
    const name = commits.has(operation) ? "commit" : `store.${operation}`;
    const attributes = { "db.system.name": system, "db.operation.name": operation };
    return (...args) => {
      if (!spans.active?.isRecording()) return method(...args);
      const options = { kind: SpanKind.CLIENT, attributes: { ...attributes, ...conversationOf(args[0]) } };
      return spans.run(name, options, () => method(...args));
    };
  };
  return wrapMethods(store, (name, method) => (name === "now" ? null : wrap(name, method)));
};
