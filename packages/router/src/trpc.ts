import { SessionError } from "@adjourn/sessions";
import { initTRPC } from "@trpc/server";
import type { z } from "zod";
import { type OperationId, requireAccess } from "./access.js";
import type { Context } from "./context.js";
import { toTrpcError, trpcErrorShape } from "./errors/trpc-error-shape.js";
import type { InputlessOperation, Operation } from "./operation.js";
import { checkInput } from "./requests/check-input.js";

const t = initTRPC.context<Context>().create({
  isDev: false,
  sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 35_000 } },
  errorFormatter: ({ error, ctx, path }) => trpcErrorShape(error, ctx?.requestId, path),
});

export const router = t.router;

/**
 * Registers the call with its socket, which closes only after its calls in flight are answered. Gives an error the tRPC code of
 * its own table, for an application that merges the router and formats errors by itself; our own format is made from the cause.
 */
const answered = t.middleware(async ({ ctx, type, path, next }) => {
  const finish = type === "subscription" ? undefined : ctx.socket?.beginCall();
  try {
    const result = await (ctx.traceCall ? ctx.traceCall(path, next) : next());
    if (!result.ok && result.error.cause instanceof SessionError) throw toTrpcError(result.error.cause);
    return result;
  } finally {
    finish?.();
  }
});

/** Applies the limit for all answers of a batch. */
const withinBatch = t.middleware(({ ctx, type, next }) => (ctx.batch ? ctx.batch.run(type, next) : next()));

/**
 * Checks key and role by the access table before the input is read. The operation is named here, since in an application's
 * router the path is the application's.
 */
export const procedure = (operation: OperationId) =>
  t.procedure
    .use(answered)
    .use(async ({ ctx, getRawInput, next }) => {
      // Before the input is parsed; otherwise invalid JSON would be reported before a missing key.
      requireAccess(operation, ctx.principal, undefined, "nothing");
      ctx.checkRequest?.();
      const input = await getRawInput();
      ctx.checkRequest?.();
      checkInput(operation, ctx.principal, input);
      return next();
    })
    .use(withinBatch);

// The casts name the type that tRPC computes by a conditional type, which stays unresolved as long as `Schema` is open: it
// passes on what the schema returned.
export const query = <Schema extends z.ZodType, Result>(
  name: OperationId,
  { input, run }: Operation<Schema, Result>,
) =>
  procedure(name)
    .input(input)
    .query(({ ctx, input }) => run(ctx, input as z.output<Schema>));

export const mutation = <Schema extends z.ZodType, Result>(
  name: OperationId,
  { input, run }: Operation<Schema, Result>,
) =>
  procedure(name)
    .input(input)
    .mutation(({ ctx, input }) => run(ctx, input as z.output<Schema>));

export const inputlessQuery = <Result>(name: OperationId, { run }: InputlessOperation<Result>) =>
  procedure(name).query(({ ctx }) => run(ctx));

export const inputlessMutation = <Result>(name: OperationId, { run }: InputlessOperation<Result>) =>
  procedure(name).mutation(({ ctx }) => run(ctx));
