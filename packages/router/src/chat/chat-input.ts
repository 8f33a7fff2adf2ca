import { z } from "zod";

const ofUser = z.looseObject({ role: z.literal("user") });
const userMessage = z.object({ parts: z.array(z.looseObject({ type: z.string() })) });

/** Parts of other types may have a `text` of another type. */
const textPart = z.object({ type: z.literal("text"), text: z.string() });

/**
 * The body that the AI SDK's client posts. It carries the whole history, of which only the last user message is read. Fields
 * that the client adds are ignored.
 */
const chatInput = z.object({
  id: z.string(),
  messages: z.array(z.unknown()),
  trigger: z.string().optional(),
  idempotencyKey: z.string().optional(),
});

/** Converts the body to the input of `sendSessionMessage`. */
export const chatToSend = chatInput.transform(({ id, messages, trigger, idempotencyKey }, context) => {
  if (trigger === "regenerate-message")
    context.addIssue({ code: "custom", path: ["trigger"], message: "a stored reply can't be regenerated" });
  // Never an earlier one instead: it was sent already.
  const last = messages.findLast((message) => ofUser.safeParse(message).success);
  const { data } = userMessage.safeParse(last);
  if (data === undefined) {
    const message = last === undefined ? "has no message of the user" : "the last of the user has no parts";
    context.addIssue({ code: "custom", path: ["messages"], message });
  }
  const parts = data?.parts ?? [];
  const texts = parts.flatMap((part) => textPart.safeParse(part).data?.text ?? []);
  return { sessionId: id, content: texts.join("\n"), idempotencyKey, transport: "sse" };
});
