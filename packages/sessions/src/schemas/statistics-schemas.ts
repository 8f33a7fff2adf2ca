import { z } from "zod";
import { endingCauses } from "../model/ending.js";
import { usageSchema } from "../model/reply.js";
import { isoTimeSchema } from "../model/session.js";
import { count, time } from "./fields.js";
import { limits } from "./storable.js";

const countsByCause = z.record(z.enum(endingCauses), count);

export const statisticsInputs = {
  getStatistics: z.object({
    from: time,
    /** Now, if missing. */
    to: time.optional(),
    points: z.int().min(2).max(limits.statisticsPoints).default(96),
  }),
} as const;

const agentFigures = z.object({
  agentId: z.string(),
  sessions: count,
  pendingReplies: count,
  usage: usageSchema,
});

export const statisticsOutputs = {
  getStatistics: z.object({
    from: isoTimeSchema,
    to: isoTimeSchema,
    /** Now, whatever the range. */
    activeSessions: count,
    expiringSoon: count,
    /** Sessions live at each point, and what ended since the point before it. The first is `from`, the last `to`. */
    points: z.array(z.object({ at: isoTimeSchema, active: count, ended: countsByCause })),
    /** Endings of the range. */
    ended: z.object({ total: count, byCause: countsByCause }),
    /** Tokens of the sessions that were live in the range, those before it included. */
    usage: usageSchema,
    /** Sessions and replies are those of now; `usage` as above. Those with most sessions first, at most 200. */
    agents: z.array(agentFigures),
    /**
     * Time from an end to the listeners' last event, measured by the node that answers since it started. Null where it
     * has measured none.
     */
    dropLatency: z
      .object({ p50Ms: z.number(), p99Ms: z.number(), listeners: count, since: isoTimeSchema })
      .nullable(),
  }),
} as const;
