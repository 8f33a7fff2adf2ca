import { initTRPC } from "@trpc/server";
import { requireAccess } from "./access.js";
import type { Context } from "./context.js";
import { trpcErrorShape } from "./errors/trpc-error-shape.js";
import { requireNoStrayKey } from "./requests/idempotency-key.js";
import { requireJsonDepth } from "./requests/require-json-depth.js";
import { requireOrdinaryKeys } from "./requests/require-ordinary-keys.js";

const t = initTRPC.context<Context>().create({
  isDev: false,
  sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 35_000 } },
  errorFormatter: ({ error, ctx, path }) => trpcErrorShape(error, ctx?.requestId, path),
});

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** Registers the call with its socket, which closes only after its calls in flight are answered. */
const answered = t.middleware(async ({ ctx, type, next }) => {
  const finish = type === "subscription" ? undefined : ctx.socket?.beginCall();
  try {
    return await next();
  } finally {
    finish?.();
  }
});

/** Applies the limit for all answers of a batch. */
const withinBatch = t.middleware(({ ctx, type, next }) => (ctx.batch ? ctx.batch.run(type, next) : next()));

/** Checks key and role by the access table before the input is read. */
const judged = t.procedure.use(answered).use(async ({ ctx, path, getRawInput, next }) => {
  // Before the input is parsed; otherwise invalid JSON would be reported before a missing key.
  requireAccess(path, ctx.principal, undefined, "nothing");
  ctx.judgeRequest?.();
  const input = await getRawInput();
  ctx.judgeRequest?.();
  requireAccess(path, ctx.principal, input);
  requireJsonDepth(input);
  requireOrdinaryKeys(input);
  requireNoStrayKey(path, input);
  return next();
});

export const procedure = judged.use(withinBatch);
