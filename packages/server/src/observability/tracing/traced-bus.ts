import type { EventBus } from "@adjourn/sessions";
import { SpanKind } from "@opentelemetry/api";
import { type Spans, traceparentOf } from "./spans.js";

/** Wraps the bus so that the message of an end carries its trace to the other nodes, which release below it. */
export const traceBus = (bus: EventBus, spans: Spans): EventBus => ({
  publish: (subject, message) => {
    // An end is published twice; the second message is for admins.
    if (message.kind !== "ended" || !subject.endsWith(message.ending.sessionId))
      return bus.publish(subject, message);
    const attributes = { "gen_ai.conversation.id": message.ending.sessionId };
    spans.run("publish", { kind: SpanKind.PRODUCER, attributes }, (span) =>
      bus.publish(subject, { ...message, traceparent: traceparentOf(span) }),
    );
  },
  subscribe: (subject, onMessage) =>
    bus.subscribe(subject, (message) => {
      if (message.kind === "ended" && message.traceparent !== undefined)
        spans.continued(message.traceparent, () => onMessage(message));
      else onMessage(message);
    }),
  onGap: (onGap) => bus.onGap(onGap),
  get status() {
    return bus.status;
  },
  close: () => bus.close(),
});
