import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "./app-router.js";

/** The input of each operation, by operationId. */
export type RouterInputs = inferRouterInputs<AppRouter>;
/** The output of each operation, by operationId. */
export type RouterOutputs = inferRouterOutputs<AppRouter>;

type Yielded<T> = T extends AsyncIterable<infer Item> ? Item : never;

/** An item of `sessionEvents`: `data` is the event, `id` is the `lastEventId` that resumes after it. */
export type TrackedSessionEvent = Yielded<RouterOutputs["sessionEvents"]>;
export type SessionEvent = TrackedSessionEvent["data"];
export type AdminEvent = Yielded<RouterOutputs["adminEvents"]>;

export type SessionInfo = RouterOutputs["getSession"];
export type SessionRow = RouterOutputs["listSessions"]["sessions"][number];
export type Message = RouterOutputs["getSessionMessages"]["messages"][number];
export type Ending = RouterOutputs["listEndings"]["endings"][number];
/** An agent's message: the reply to a user's. */
export type AgentMessage = Omit<NonNullable<RouterOutputs["sendSessionMessage"]["agentResponse"]>, "text">;
