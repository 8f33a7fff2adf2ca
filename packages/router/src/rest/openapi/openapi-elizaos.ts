import { outputs } from "@adjourn/sessions";
import { z } from "zod";

const { sessionStatus, agentResponse, ...message } = outputs.sendSessionMessage.shape;
const userMessage = z.object({
  ...message,
  author_id: z.string(),
  created_at: z.int(),
  channel_id: z.string().optional(),
});
const sent = { userMessage, agentResponse, sessionStatus };
const success = z.literal(true);
const agent = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  characterName: z.string(),
  bio: z.string(),
});

/** The answers of the elizaos dialect that differ from the operation's result, by operationId. */
export const elizaosOutputs: Readonly<Partial<Record<string, z.ZodType>>> = {
  sendSessionMessage: z.object({ success, ...sent, data: z.object(sent) }),
  getChannelMessages: z.object({ success, data: outputs.getChannelMessages }),
  listAgents: z.object({ success, data: z.object({ agents: z.array(agent) }) }),
  getAgent: z.object({ success, data: agent }),
};
