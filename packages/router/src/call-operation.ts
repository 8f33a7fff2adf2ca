import type { Context } from "./context.js";
import { invalidInput } from "./errors/refusal.js";
import type { InputlessOperation, Operation } from "./operation.js";
import { mutations, queries } from "./operations.js";
import { checkInput } from "./requests/check-input.js";

/** The operations that can be called without tRPC: all but the subscriptions, and the exports of REST. */
export type OperationName = keyof typeof queries | keyof typeof mutations;

/** A call without tRPC's procedure, with the same checks in the same order and the same result. */
export const callOperation = (name: OperationName, ctx: Context, input: unknown): unknown => {
  checkInput(name, ctx.principal, input);
  return runOperation(name, ctx, input);
};

/** Parses an input that has passed {@link checkInput}, and runs the operation. */
export const runOperation = (name: OperationName, ctx: Context, input: unknown): unknown => {
  const operation = operations[name];
  if (operation.input === null) return operation.run(ctx);
  const parsed = operation.input.safeParse(input);
  if (!parsed.success) throw invalidInput(parsed.error);
  return operation.run(ctx, parsed.data);
};

/** @returns undefined for a subscription or an unknown name */
export const typeOfOperation = (name: string): "query" | "mutation" | undefined => {
  if (Object.hasOwn(queries, name)) return "query";
  return Object.hasOwn(mutations, name) ? "mutation" : undefined;
};

const operations: Readonly<Record<OperationName, Operation | InputlessOperation>> = {
  ...queries,
  ...mutations,
};
