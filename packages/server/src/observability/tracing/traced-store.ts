import type { SessionStore } from "@adjourn/sessions";
import { SpanKind } from "@opentelemetry/api";
import { conversationOf, type Spans } from "./spans.js";

type Method = (...args: readonly unknown[]) => unknown;

/** The writes that end sessions. */
const commits = new Set(["endSession", "endMatching", "blockUser", "expireSessions"]);

/** Wraps the store to record each call below a span. What the server does by itself would be noise, and is not recorded. */
export const traceStore = (store: SessionStore, system: string, spans: Spans): SessionStore => {
  const traced = new Map<PropertyKey, Method>();
  const wrap = (operation: string, method: Method): Method => {
    const name = commits.has(operation) ? "commit" : `store.${operation}`;
    const attributes = { "db.system.name": system, "db.operation.name": operation };
    return (...args) => {
      if (!spans.active?.isRecording()) return method(...args);
      const options = { kind: SpanKind.CLIENT, attributes: { ...attributes, ...conversationOf(args[0]) } };
      return spans.run(name, options, () => method(...args));
    };
  };
  return new Proxy(store, {
    get(_, name) {
      const found = traced.get(name);
      if (found) return found;
      const value: unknown = Reflect.get(store, name);
      if (typeof value !== "function") return value;
      const method: Method = (...args) => Reflect.apply(value, store, args);
      const made = name === "now" ? method : wrap(String(name), method);
      traced.set(name, made);
      return made;
    },
  });
};
