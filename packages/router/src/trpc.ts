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

/** A socket that is to close, with its session or as the server goes, waits for the answers that are due on it. */
const answered = t.middleware(async ({ ctx, type, next }) => {
  const finish = type === "subscription" ? undefined : ctx.socket?.beginCall();
  try {
    return await next();
  } finally {
    finish?.();
  }
});

/** The answers of one batch are bounded together. */
const withinBatch = t.middleware(({ ctx, type, next }) => (ctx.batch ? ctx.batch.run(type, next) : next()));

/** Judges key and role by the access table before anything looks at the input. */
const judged = t.procedure.use(answered).use(async ({ ctx, path, getRawInput, next }) => {
  // Before the input is read at all: one that is no JSON would be refused first otherwise.
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
