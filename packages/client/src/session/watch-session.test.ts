import { createTRPCClient, TRPCClientError, type TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import { expect, test } from "vitest";
import type { AppRouter } from "../app-router.js";
import { watchSession } from "./watch-session.js";

/** What one subscription does: gives these events, and then ends, fails, or goes on. */
type Script = { readonly gives?: readonly string[]; readonly outcome?: "completes" | string };

const event = (type: string, id: string) => ({ id, type, sessionId: "s", at: "2026-01-01T00:00:00.000Z" });

const refusal = (code: string) => ({
  error: { message: code, code: -32_600, data: { httpStatus: 400, session: { code, details: {} } } },
});

/** Watches a session whose subscriptions follow these scripts, one after the other. */
const watch = (scripts: readonly Script[]) => {
  const inputs: unknown[] = [];
  const link: TRPCLink<AppRouter> =
    () =>
    ({ op }) =>
      observable((observer) => {
        const { gives = [], outcome } = scripts[inputs.length] ?? {};
        inputs.push(op.input);
        for (const type of gives) {
          const id = `${type} ${inputs.length}`;
          observer.next({ result: { type: "data", id, data: { id, data: event(type, id) } } });
        }
        if (outcome === "completes") observer.complete();
        else if (outcome === "breaks") observer.error(TRPCClientError.from(new TypeError("broken")));
        else if (outcome !== undefined) observer.error(TRPCClientError.from(refusal(outcome)));
      });
  const received: string[] = [];
  const delays: number[] = [];
  const ended = new Promise((resolve) => {
    const trpc = createTRPCClient<AppRouter>({ links: [link] });
    const onEnd = resolve;
    watchSession(trpc, "s", { onEvent: ({ type }) => received.push(type), onEnd }, (attempt) => {
      delays.push(attempt);
      return 0;
    });
  });
  return { inputs, received, delays, ended };
};

test("it ends at session.ended, whatever the subscription does behind it", async () => {
  for (const outcome of ["completes", "SERVICE_UNAVAILABLE", undefined]) {
    const { inputs, received, ended } = watch([{ gives: ["session.started", "session.ended"], outcome }]);
    expect(await ended).toBeNull();
    expect(received).toEqual(["session.started", "session.ended"]);
    expect(inputs).toHaveLength(1);
  }
});

test("it goes on behind the last event after whatever passes, with growing pauses", async () => {
  const { inputs, received, delays, ended } = watch([
    { outcome: "SERVICE_UNAVAILABLE" },
    { outcome: "breaks" },
    { gives: ["message"], outcome: "completes" },
    { outcome: "INTERNAL_ERROR" },
    { outcome: "RATE_LIMITED" },
    { gives: ["session.ended"] },
  ]);
  expect(await ended).toBeNull();
  expect(received).toEqual(["message", "session.ended"]);
  const behind = { sessionId: "s", lastEventId: "message 3" };
  expect(inputs).toEqual([
    { sessionId: "s" },
    { sessionId: "s" },
    { sessionId: "s" },
    behind,
    behind,
    behind,
  ]);
  expect(delays).toEqual([0, 1, 0, 1, 2]);
});

test("it begins from now if the server does not know the last event any more", async () => {
  const { inputs, ended } = watch([
    { gives: ["message"], outcome: "breaks" },
    { outcome: "VALIDATION_ERROR" },
    { gives: ["session.ended"] },
  ]);
  expect(await ended).toBeNull();
  expect(inputs).toEqual([
    { sessionId: "s" },
    { sessionId: "s", lastEventId: "message 1" },
    { sessionId: "s" },
  ]);
});

test.each(["SESSION_NOT_FOUND", "SESSION_EXPIRED", "UNAUTHORIZED", "FORBIDDEN", "VALIDATION_ERROR"])(
  "%s is the end: no further attempt can succeed",
  async (code) => {
    const { inputs, ended } = watch([{ outcome: code }]);
    expect(await ended).toMatchObject({ name: "SessionError", code });
    expect(inputs).toHaveLength(1);
  },
);
