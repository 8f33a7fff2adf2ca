import type { AppRouter } from "@adjourn/router";
import { createTRPCClient, TRPCClientError, type TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import { describe, expect, test } from "vitest";
import { type RetrySendOptions, retrySendLink } from "./retry-send-link.js";

type Attempt = { readonly path: string; readonly input: Readonly<Record<string, unknown>> };

/** A client whose calls fail with these errors, one after the other, and then succeed. */
const clientThatFails = (errors: readonly unknown[], options: RetrySendOptions = {}) => {
  const attempts: Attempt[] = [];
  const terminatingLink: TRPCLink<AppRouter> =
    () =>
    ({ op }) =>
      observable((observer) => {
        attempts.push({ path: op.path, input: op.input as Attempt["input"] });
        const error = op.signal?.aborted ? op.signal.reason : errors[attempts.length - 1];
        if (error !== undefined) return observer.error(TRPCClientError.from(error as Error));
        observer.next({ result: { type: "data", data: "sent" } });
        observer.complete();
      });
  const links = [retrySendLink({ delayMs: () => 0, ...options }), terminatingLink];
  const trpc = createTRPCClient<AppRouter>({ links });
  return { trpc, attempts, keys: () => attempts.map(({ input }) => input.idempotencyKey) };
};

const refusal = (code: string, httpStatus: number) => ({
  error: { message: code, code: -32_600, data: { httpStatus, session: { code, details: {} } } },
});
const networkFailure = new TypeError("fetch failed");
const message = { sessionId: "a", content: "hello" };

describe("a send is repeated with the same key", () => {
  test.each([
    ["the network failed", networkFailure],
    ["the socket was closed", { type: "close", code: 1006 }],
    ["the socket failed", { type: "error" }],
    ["the server was not available", refusal("SERVICE_UNAVAILABLE", 503)],
  ])("if %s", async (_, error) => {
    const { trpc, attempts, keys } = clientThatFails([error, error]);
    expect(await trpc.sendSessionMessage.mutate(message)).toBe("sent");
    expect(attempts).toHaveLength(3);
    expect(new Set(keys()).size).toBe(1);
    expect(keys()[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  test("at most five times, with growing pauses", async () => {
    const retries: number[] = [];
    const delayMs = (retry: number) => {
      retries.push(retry);
      return 0;
    };
    const { trpc, attempts } = clientThatFails(Array(9).fill(networkFailure), { delayMs });
    await expect(trpc.sendSessionMessage.mutate(message)).rejects.toThrow("fetch failed");
    expect(attempts).toHaveLength(5);
    expect(retries).toEqual([0, 1, 2, 3]);
  });

  test("which is the caller's own if there is one", async () => {
    const { trpc, keys } = clientThatFails([networkFailure]);
    await trpc.sendSessionMessage.mutate({ ...message, idempotencyKey: "mine" });
    expect(keys()).toEqual(["mine", "mine"]);
  });

  test("and another send has another key", async () => {
    const { trpc, keys } = clientThatFails([]);
    await trpc.sendSessionMessage.mutate(message);
    await trpc.sendSessionMessage.mutate({ ...message, idempotencyKey: undefined });
    expect(new Set(keys()).size).toBe(2);
    expect(keys()).not.toContain(undefined);
  });
});

describe("what another attempt can't change is not repeated", () => {
  test.each([
    ["a refusal of the input", refusal("VALIDATION_ERROR", 400)],
    ["an agent that failed", refusal("AGENT_FAILED", 502)],
    ["an answer of another server", new SyntaxError("Unexpected token '<'")],
    ["a token that could not be had", new Error("no token")],
  ])("%s", async (_, error) => {
    const { trpc, attempts } = clientThatFails([error]);
    await expect(trpc.sendSessionMessage.mutate(message)).rejects.toBeInstanceOf(TRPCClientError);
    expect(attempts).toHaveLength(1);
  });

  test("any other operation, whose input stays as it is", async () => {
    const { trpc, attempts } = clientThatFails([networkFailure]);
    await expect(trpc.endSession.mutate({ sessionId: "a" })).rejects.toThrow("fetch failed");
    expect(attempts).toEqual([{ path: "endSession", input: { sessionId: "a" } }]);
  });
});

describe("an aborted send", () => {
  test("ends its pause at once", async () => {
    const abort = new AbortController();
    const delayMs = () => {
      queueMicrotask(() => abort.abort(new Error("enough")));
      return 2 ** 30;
    };
    const { trpc, attempts } = clientThatFails([networkFailure], { delayMs });
    await expect(trpc.sendSessionMessage.mutate(message, { signal: abort.signal })).rejects.toThrow("enough");
    expect(attempts).toHaveLength(2);
  });

  test("is not repeated, whatever it failed with", async () => {
    const { trpc, attempts } = clientThatFails([]);
    const signal = AbortSignal.abort(networkFailure);
    await expect(trpc.sendSessionMessage.mutate(message, { signal })).rejects.toThrow("fetch failed");
    expect(attempts).toHaveLength(1);
  });
});
