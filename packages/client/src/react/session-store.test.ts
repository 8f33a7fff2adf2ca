import { createTRPCClient, TRPCClientError, type TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import { expect, test } from "vitest";
import type { AppRouter } from "../app-router.js";
import { createSessionStore } from "./session-store.js";

const message = (id: string, second: number) => ({ id, createdAt: `2026-01-01T00:00:0${second}.000Z` });

/** Answers the queries of a connected page in turn, each with a page of messages or a failure. */
const answering = (answers: readonly (object | Error)[]): TRPCLink<AppRouter> => {
  const left = [...answers];
  return () =>
    ({ op }) =>
      observable((observer) => {
        if (op.type === "subscription") {
          const session = { agentId: "a" };
          const data = { id: "e", type: "session.started", sessionId: "s", session, pendingReplies: [] };
          observer.next({ result: { type: "data", data: { id: "e", data } } });
          return;
        }
        const answer = left.shift();
        if (answer instanceof Error) return observer.error(TRPCClientError.from(answer));
        observer.next({ result: { type: "data", data: answer } });
        observer.complete();
      });
};

test("earlier messages whose answer is lost are requested again", async () => {
  const link = answering([
    { messages: [message("two", 2)], hasMore: true },
    new TypeError("fetch failed"),
    { messages: [message("one", 1)], hasMore: false },
  ]);
  const store = createSessionStore({ trpc: createTRPCClient<AppRouter>({ links: [link] }) }, "s", () => 0);
  const unsubscribe = store.subscribe(() => {});
  await expect.poll(() => store.snapshot().status).toBe("active");
  await store.loadEarlier();
  expect(store.snapshot().messages.map(({ id }) => id)).toEqual(["one", "two"]);
  expect(store.snapshot().hasEarlier).toBe(false);
  unsubscribe();
});
