import type { z } from "zod";
import type { Context } from "./context.js";

/**
 * A query or a mutation: the schema of its input, and what it does with an input that fits. Both its tRPC procedure and
 * the direct calls of REST and of tRPC over HTTP are built from it.
 */
export interface Operation<Schema extends z.ZodType = z.ZodType, Result = unknown> {
  readonly input: Schema;
  readonly run: (ctx: Context, input: z.output<Schema>) => Result | Promise<Result>;
}

/** An operation that reads no input. Whatever a caller sends is ignored. */
export interface InputlessOperation<Result = unknown> {
  readonly input: null;
  readonly run: (ctx: Context) => Result | Promise<Result>;
}

export const operation = <Schema extends z.ZodType, Result>(
  input: Schema,
  run: Operation<Schema, Result>["run"],
): Operation<Schema, Result> => ({ input, run });

export const inputlessOperation = <Result>(
  run: InputlessOperation<Result>["run"],
): InputlessOperation<Result> => ({ input: null, run });
