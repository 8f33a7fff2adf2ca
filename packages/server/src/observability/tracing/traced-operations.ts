import type { SessionService } from "@adjourn/sessions";
import { type Method, wrapMethods } from "../wrap-methods.js";
import { conversationOf, noteError, type Spans } from "./spans.js";

/** Everything that is no operation of a caller. */
const untraced: ReadonlySet<PropertyKey> = new Set<keyof SessionService>([
  "watchEnd",
  "sessionOnChannel",
  "localTotals",
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
  return wrapMethods(sessions, (name, method) => {
    if (untraced.has(name)) return null;
    return wrap(name === "streamSessionMessage" ? "sendSessionMessage" : name, method);
  });
};
