import type { SessionService } from "@adjourn/sessions";
import { conversationOf, noteError, type Spans } from "./spans.js";

type Method = (...args: readonly unknown[]) => unknown;

/** Everything that is no operation of a caller. */
const untraced: ReadonlySet<PropertyKey> = new Set<keyof SessionService>([
  "watchEnd",
  "sessionOnChannel",
  "held",
  "agent",
  "readiness",
  "drain",
  "close",
]);

/**
 * Wraps the domain to record each operation. One whose request or call has a span of its own already adds to that one.
 * Without any, as in the program around the server, it is the call.
 */
export const traceOperations = (sessions: SessionService, spans: Spans): SessionService => {
  const traced = new Map<PropertyKey, Method>();
  const wrap = (operation: string, method: Method): Method => {
    return (...args) => {
      const attributes = conversationOf(args[0]);
      const { active } = spans;
      if (!active || spans.activeOperation !== operation) {
        return spans.run(operation, { kind: spans.kindOfCall, attributes, operation }, () => method(...args));
      }
      active.setAttributes(attributes);
      const result = method(...args);
      if (result instanceof Promise) result.catch((error: unknown) => noteError(active, error));
      return result;
    };
  };
  return new Proxy(sessions, {
    get(_, name) {
      const found = traced.get(name);
      if (found) return found;
      const value: unknown = Reflect.get(sessions, name);
      if (typeof value !== "function" || untraced.has(name)) return value;
      const method: Method = (...args) => Reflect.apply(value, sessions, args);
      const operation = name === "streamSessionMessage" ? "sendSessionMessage" : String(name);
      const made = wrap(operation, method);
      traced.set(name, made);
      return made;
    },
  });
};
