import type { Agent, AgentDirectory, Clock } from "@adjourn/sessions";
import { createEchoAgent } from "./echo.js";
import { createTypewriterAgent } from "./typewriter.js";

/** The agents that every server has. */
export const createBuiltInAgents = ({ clock }: { clock: Clock }): readonly Agent[] => [
  createEchoAgent(),
  createTypewriterAgent({ clock }),
];

/** Ids are UUIDs, so they are compared without case. @throws Error if two agents have the same id */
export const createAgentDirectory = (agents: readonly Agent[]): AgentDirectory => {
  const byId = new Map(agents.map((agent) => [agent.id.toLowerCase(), agent]));
  if (byId.size !== agents.length) throw new Error("Two agents have the same id");
  return {
    get: (agentId) => byId.get(agentId.toLowerCase()),
    list: () => agents,
  };
};
