import type { Clock, JsonObject, Log } from "@adjourn/sessions";
import { expect } from "vitest";
import { createOpenAiAgent, type OpenAiOptions } from "../src/openai/openai-agent.js";

export const apiKey = "sk-test-secret";

export const realClock: Clock = {
  now: Date.now,
  setTimeout(run, delayMs) {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};

/** A log that keeps what is written to it. */
export const createKeptLog = (): Log & { readonly lines: (JsonObject & { message: string })[] } => {
  const lines: (JsonObject & { message: string })[] = [];
  const write = (message: string, fields: JsonObject = {}) => void lines.push({ ...fields, message });
  return { lines, info: write, warn: write, error: write };
};

export const agentAt = (url: string, options: Partial<OpenAiOptions> = {}) =>
  createOpenAiAgent({
    id: "00000000-0000-4000-8000-00000000000a",
    name: "Small",
    baseUrl: `${url}/v1`,
    model: "small-1",
    apiKey,
    clock: realClock,
    log: createKeptLog(),
    ...options,
  });

/** Why a reply failed, its server's address aside; neither the key nor the conversation may be in it. */
export const failureOf = async (reading: Promise<unknown>): Promise<string> => {
  const error = await reading.then(
    (reply) => expect.fail(`the reply did not fail: ${JSON.stringify(reply)}`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  const { message, cause } = error as Error;
  expect(cause).toBeUndefined();
  expect(message).not.toContain(apiKey);
  expect(message).not.toContain("hello");
  return message.replace(/127\.0\.0\.1:\d+/, "HOST");
};
