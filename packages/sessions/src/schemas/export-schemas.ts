import { z } from "zod";
import { endingFilter } from "./ending-schemas.js";
import { lookupId } from "./fields.js";

export const channelFormats = ["json", "markdown", "csv"] as const;
export type ChannelFormat = (typeof channelFormats)[number];

export const endingFormats = ["json", "csv"] as const;
export type EndingFormat = (typeof endingFormats)[number];

/** Only REST has these operations, since tRPC cannot stream a file. */
export const exportInputs = {
  exportChannel: z.object({ channelId: lookupId, format: z.enum(channelFormats).default("json") }),
  exportEndings: endingFilter
    .omit({ limit: true, cursor: true })
    .extend({ format: z.enum(endingFormats).default("json") }),
} as const;
