import type { z } from "zod";
import { invalidInput } from "../errors/refusal.js";

/** The input of a request: its address, body and headers merged. */
export type RouteInput = Readonly<Record<string, unknown>>;

/** @throws SessionError `VALIDATION_ERROR` */
export const parseInput = <Schema extends z.ZodType>(schema: Schema, input: RouteInput): z.output<Schema> => {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw invalidInput(parsed.error);
  return parsed.data;
};
