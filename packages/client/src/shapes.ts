import type { AppRouter } from "@adjourn/router";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";

/** What each operation takes, by its operationId. */
export type RouterInputs = inferRouterInputs<AppRouter>;
/** What each operation answers. */
export type RouterOutputs = inferRouterOutputs<AppRouter>;

type Yielded<T> = T extends AsyncIterable<infer Item> ? Item : never;

/** What a listener of `sessionEvents` gets: `data` is the event, `id` the `lastEventId` that resumes behind it. */
export type TrackedSessionEvent = Yielded<RouterOutputs["sessionEvents"]>;
export type SessionEvent = TrackedSessionEvent["data"];
export type AdminEvent = Yielded<RouterOutputs["adminEvents"]>;

export type SessionInfo = RouterOutputs["getSession"];
export type SessionRow = RouterOutputs["listSessions"]["sessions"][number];
export type Message = RouterOutputs["getSessionMessages"]["messages"][number];
export type Ending = RouterOutputs["listEndings"]["endings"][number];
