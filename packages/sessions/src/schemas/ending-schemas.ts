import { z } from "zod";
import { endingCauses, endingSchema } from "../model/ending.js";
import { listFilter, sessionById } from "./fields.js";
import { limits, text } from "./storable.js";

export const endingInputs = {
  listEndings: listFilter
    .extend({ cause: z.enum(endingCauses).optional(), actor: text(1, limits.lookupCharacters).optional() })
    .prefault({}),
  getEnding: sessionById,
} as const;

export const endingOutputs = {
  listEndings: z.object({ endings: z.array(endingSchema), nextCursor: z.string().optional() }),
  getEnding: endingSchema,
} as const;
