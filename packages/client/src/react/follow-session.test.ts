import { createTRPCClient, TRPCClientError, type TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import { expect, test } from "vitest";
import type { AppRouter } from "../app-router.js";
import { followSession } from "./follow-session.js";
import { initialState } from "./session-state.js";

type Answer = (outcome: readonly string[] | Error) => void;

/** A state that follows a session whose connection and histories the test writes. */
const follow = () => {
  const histories: Answer[] = [];
  let emit: (result: object) => void = () => {};
  const link: TRPCLink<AppRouter> =
    () =>
    ({ op }) =>
      observable((observer) => {
        if (op.type === "subscription") {
          // The test writes the results that the server's types promise.
          emit = (result) => observer.next({ result } as never);
          return;
        }
        histories.push((outcome) => {
          if (outcome instanceof Error) return observer.error(TRPCClientError.from(outcome));
          const messages = outcome.map((id) => ({ id, content: id, createdAt: "2026-01-01T00:00:00.000Z" }));
          observer.next({ result: { type: "data", data: { messages, hasMore: false } } });
          observer.complete();
        });
      });
  let state = initialState;
  const update: Parameters<typeof followSession>[2] = (change) => {
    state = change(state);
  };
  const stop = followSession(createTRPCClient<AppRouter>({ links: [link] }), "s", update, () => 0);
  const start = () => {
    const session = { agentId: "a" };
    const data = { id: "e", type: "session.started", sessionId: "s", session, pendingReplies: [] };
    emit({ type: "data", data: { id: "e", data } });
  };
  const lose = () => emit({ type: "state", state: "connecting", error: null });
  const answer = async (index: number, outcome: readonly string[] | Error) => {
    await expect.poll(() => histories.length).toBeGreaterThan(index);
    histories[index]?.(outcome);
    // The answer passes through promises of the client.
    await new Promise(setImmediate);
  };
  return { state: () => state, start, lose, answer, stop };
};

test("it is active once connected and complete, and connecting again from the loss of the connection on", async () => {
  const { state, start, lose, answer } = follow();
  expect(state().status).toBe("connecting");
  start();
  expect(state().status).toBe("connecting");
  await answer(0, ["one"]);
  expect(state()).toMatchObject({ status: "active", stored: [{ id: "one" }], error: null });
  lose();
  expect(state().status).toBe("connecting");
  start();
  await answer(1, ["one"]);
  expect(state()).toMatchObject({ status: "active", stored: [{ id: "one" }] });
});

test("a history that fails with its connection makes nothing active", async () => {
  const { state, start, lose, answer } = follow();
  start();
  lose();
  await answer(0, new TypeError("fetch failed"));
  expect(state()).toMatchObject({ status: "connecting", error: null });
});

test("one whose answer is lost on a good connection is requested again", async () => {
  const { state, start, answer } = follow();
  start();
  await answer(0, new TypeError("fetch failed"));
  expect(state()).toMatchObject({ status: "connecting", error: null });
  await answer(1, ["one"]);
  expect(state()).toMatchObject({ status: "active", stored: [{ id: "one" }], error: null });
});

test("one that is lost five times is shown as an error", async () => {
  const { state, start, answer } = follow();
  start();
  for (let index = 0; index < 5; index += 1) await answer(index, new TypeError("fetch failed"));
  expect(state()).toMatchObject({ status: "active", error: { code: "NO_ANSWER" } });
});

test("nothing is updated once it is stopped", async () => {
  const { state, start, answer, stop } = follow();
  start();
  stop();
  await answer(0, ["one"]);
  expect(state()).toMatchObject({ status: "connecting", stored: [] });
});
