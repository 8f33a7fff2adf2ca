import { z } from "zod";

export const agentInputs = {
  /** Only tRPC takes `withKinds`: REST has no parameter for it. */
  listAgents: z.object({ withKinds: z.boolean().default(false) }).prefault({}),
} as const;

export const agentOutputs = {
  listAgents: z.object({
    success: z.literal(true),
    data: z.object({ agents: z.array(z.object({ id: z.string(), name: z.string(), status: z.string() })) }),
    /** Each agent's kind by its id, present when `withKinds` is true. */
    kinds: z.record(z.string(), z.string()).optional(),
  }),
} as const;
