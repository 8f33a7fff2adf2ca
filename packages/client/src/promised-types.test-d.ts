import type { AppRouter } from "@adjourn/router";
import type { TRPCClientError } from "@trpc/client";
import { describe, expectTypeOf, test } from "vitest";
import { WebSocket } from "ws";
import {
  type AdminEvent,
  type AgentMessage,
  createClient,
  type Ending,
  type Message,
  type SessionError,
  type SessionErrorCode,
  type SessionEvent,
  type SessionInfo,
  sessionErrorOf,
  type TrackedSessionEvent,
} from "./index.js";
import type { useSession } from "./react/index.js";
import type { useTRPC } from "./tanstack-query.js";

const { trpc } = createClient({ url: "http://127.0.0.1:3000" });

describe("a typed call", () => {
  test("ending a session takes an id and perhaps a reason, and says when and why it ended", () => {
    expectTypeOf(trpc.endSession.mutate).parameter(0).toEqualTypeOf<{
      sessionId: string;
      reason?: string | undefined;
      idempotencyKey?: string | undefined;
    }>();
    expectTypeOf(trpc.endSession.mutate).returns.resolves.toEqualTypeOf<{
      success: true;
      message: string;
      sessionId: string;
      endedAt: string;
      cause: "requested" | "bulk" | "expired" | "max_duration" | "blocked";
      reason: string | null;
    }>();
  });

  test("a misspelt or missing field does not compile", () => {
    // @ts-expect-error: no such field
    void trpc.endSession.mutate({ sessionID: "a" });
    // @ts-expect-error: sessionId is missing
    void trpc.endSession.mutate({ reason: "done" });
    // @ts-expect-error: a query is no mutation
    trpc.getSession.mutate({ sessionId: "a" });
  });
});

describe("a typed refusal", () => {
  test("its code is one of the closed list, and its details are present", () => {
    const error = sessionErrorOf(new Error());
    type Code = NonNullable<typeof error>["code"];
    expectTypeOf<"SESSION_NOT_FOUND">().toExtend<Code>();
    expectTypeOf<"SESSION_ENDED">().toExtend<Code>();
    expectTypeOf<string>().not.toExtend<Code>();
    expectTypeOf(error).toEqualTypeOf<
      { code: Code; details: Readonly<Record<string, unknown>> } | undefined
    >();
  });

  test("it rides in error.data of every operation", () => {
    type Data = NonNullable<TRPCClientError<AppRouter>["data"]>;
    expectTypeOf<Data["httpStatus"]>().toExtend<number>();
    expectTypeOf<404>().toExtend<Data["httpStatus"]>();
    expectTypeOf<Data["session"]["code"]>().not.toBeAny();
  });
});

describe("typed events", () => {
  test("every type brings its own fields", () => {
    expectTypeOf<SessionEvent>().not.toBeNever();
    expectTypeOf<Extract<SessionEvent, { type: "session.ended" }>>().toHaveProperty("reason");
    expectTypeOf<Extract<SessionEvent, { type: "message.delta" }>["text"]>().toEqualTypeOf<string>();
    expectTypeOf<
      Extract<SessionEvent, { type: "session.started" }>["session"]["sessionId"]
    >().toEqualTypeOf<string>();
    expectTypeOf<Extract<AdminEvent, { type: "session.ended" }>["ending"]>().toExtend<Ending>();
    expectTypeOf<AdminEvent["type"]>().toEqualTypeOf<
      "totals" | "session.created" | "session.changed" | "session.ended"
    >();
  });

  test("a subscription hands them over with the id to resume behind", () => {
    trpc.sessionEvents.subscribe(
      { sessionId: "a" },
      { onData: (event) => expectTypeOf(event).toEqualTypeOf<TrackedSessionEvent>() },
    );
  });
});

describe("a session", () => {
  const session = createClient({ url: "http://127.0.0.1:3000" }).session("a");

  test("a send is a promise of the agent's message and an iterable of its text", () => {
    const reply = session.send("hello", { signal: new AbortController().signal });
    expectTypeOf(reply).toExtend<Promise<AgentMessage>>();
    expectTypeOf(reply).toExtend<AsyncIterable<string>>();
    expectTypeOf<AgentMessage>().toExtend<Message>();
    // @ts-expect-error: no such option
    void session.send("hello", { transport: "sse" });
  });

  test("its events, its end and its errors are typed", () => {
    expectTypeOf(session.events()).toExtend<AsyncIterable<SessionEvent>>();
    expectTypeOf(session.cancel()).resolves.toEqualTypeOf<number>();
    expectTypeOf(session.end({ reason: "enough" })).resolves.toHaveProperty("endedAt");
    expectTypeOf<SessionError["code"]>().toEqualTypeOf<SessionErrorCode | "NO_ANSWER">();
    expectTypeOf<SessionError["details"]>().toEqualTypeOf<Readonly<Record<string, unknown>>>();
  });

  test("what a component shows has a closed list of states", () => {
    type Result = ReturnType<typeof useSession>;
    expectTypeOf<Result["status"]>().toEqualTypeOf<"connecting" | "active" | "ended">();
    expectTypeOf<Result["messages"][number]["isWriting"]>().toEqualTypeOf<boolean>();
    expectTypeOf<Result["ending"]>().toEqualTypeOf<Pick<Ending, "cause" | "reason" | "endedAt"> | null>();
  });
});

test("the hooks are typed by the same router", () => {
  expectTypeOf<ReturnType<typeof useTRPC>["endSession"]>().not.toBeAny();
  expectTypeOf<ReturnType<typeof useTRPC>["getSession"]["~types"]["output"]>().toEqualTypeOf<SessionInfo>();
});

test("the WebSocket of ws will do for Node", () => {
  createClient({ url: "http://127.0.0.1:3000", WebSocket });
});
