import { z } from "zod";
import { endingCauses, endingSchema } from "../model/ending.js";
import { listFilter, sessionById } from "./fields.js";

export const endingFilter = listFilter.extend({ cause: z.enum(endingCauses).optional() });

export const endingInputs = {
  listEndings: endingFilter.prefault({}),
  getEnding: sessionById,
} as const;

export const endingOutputs = {
  listEndings: z.object({ endings: z.array(endingSchema), nextCursor: z.string().optional() }),
  getEnding: endingSchema,
} as const;
