import {
  type AdminEvent,
  inputs,
  SessionError,
  type SessionEvent,
  StoreUnavailableError,
} from "@adjourn/sessions";
import { adminEventsOverTrpc, subscribeOverTrpc } from "@adjourn/transports";
import type { z } from "zod";
import { callOperation, type OperationName } from "./call-operation.js";
import type { Context } from "./context.js";
import { subscriberCredential } from "./credentials/subscriber-credential.js";
import { invalidInput } from "./errors/refusal.js";
import type { InputlessOperation, Operation } from "./operation.js";
import { mutations, queries } from "./operations.js";
import { checkInput } from "./requests/check-input.js";

type Operations = typeof queries & typeof mutations;

type Call<Given> =
  Given extends Operation<infer Schema, infer Result>
    ? undefined extends z.input<Schema>
      ? (input?: z.input<Schema>) => Promise<Result>
      : (input: z.input<Schema>) => Promise<Result>
    : Given extends InputlessOperation<infer Result>
      ? () => Promise<Result>
      : never;

/** How a subscription in the same process ends before its session does. */
export interface SubscribeOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Every operation by its operationId, for callers in the same process. Inputs are checked as on every wire. Errors are
 * {@link SessionError}; any other error is a defect.
 */
export type LocalCalls = { readonly [Name in keyof Operations]: Call<Operations[Name]> } & {
  /** A session's events, to be awaited or iterated; it has subscribed when this resolves. Ends after `session.ended`. */
  sessionEvents(
    input: z.input<typeof inputs.sessionEvents>,
    options?: SubscribeOptions,
  ): Promise<AsyncIterable<SessionEvent>> & AsyncIterable<SessionEvent>;
  /** What admins watch. */
  adminEvents(options?: SubscribeOptions): AsyncIterable<AdminEvent>;
};

/** Calls with the rights of the context's principal. */
export const createLocalCalls = (ctx: Context): LocalCalls => {
  const call =
    (name: OperationName) =>
    async (input?: unknown): Promise<unknown> => {
      try {
        return await callOperation(name, ctx, input);
      } catch (error) {
        throw toSessionError(error);
      }
    };
  const names = Object.keys({ ...queries, ...mutations }) as OperationName[];
  return {
    // Each name has the operation of the same name behind it, which TypeScript cannot see through `fromEntries`.
    ...(Object.fromEntries(names.map((name) => [name, call(name)])) as {
      [Name in OperationName]: Call<Operations[Name]>;
    }),
    sessionEvents: (input, options) => iterable(subscribe(ctx, input, options?.signal)),
    adminEvents: (options) => adminEventsOverTrpc(ctx.sessions, {}, options?.signal),
  };
};

const subscribe = async (
  ctx: Context,
  input: unknown,
  signal: AbortSignal | undefined,
): Promise<AsyncIterable<SessionEvent>> => {
  checkInput("sessionEvents", ctx.principal, input);
  const parsed = inputs.sessionEvents.safeParse(input);
  if (!parsed.success) throw invalidInput(parsed.error);
  try {
    return withoutIds(
      await subscribeOverTrpc(
        ctx.sessions,
        {},
        parsed.data,
        subscriberCredential(ctx.principal, parsed.data),
        signal,
      ),
    );
  } catch (error) {
    throw toSessionError(error);
  }
};

const iterable = (
  subscribed: Promise<AsyncIterable<SessionEvent>>,
): Promise<AsyncIterable<SessionEvent>> & AsyncIterable<SessionEvent> =>
  Object.assign(subscribed, {
    async *[Symbol.asyncIterator]() {
      yield* await subscribed;
    },
  });

async function* withoutIds(
  tracked: Awaited<ReturnType<typeof subscribeOverTrpc>>,
): AsyncGenerator<SessionEvent, void> {
  for await (const [, event] of tracked) yield event;
}

const toSessionError = (error: unknown): unknown =>
  error instanceof StoreUnavailableError
    ? new SessionError("SERVICE_UNAVAILABLE", "The store can't be reached", {}, { cause: error })
    : error;
