import { command } from "../command.js";
import { json } from "../options.js";
import { table } from "../table.js";
import type { Terminal } from "../terminal.js";

export const agents = ({ client, write }: Terminal) =>
  command({
    meta: { name: "adjourn agents", description: "List the agents that a session can have" },
    args: { json },
    run: async ({ args }) => {
      const { data } = await client.trpc.listAgents.query();
      if (args.json) return write(`${JSON.stringify(data.agents)}\n`);
      const rows = data.agents.map(({ id, name, status }) => [id, name, status]);
      write(table(["AGENT", "NAME", "STATUS"], rows));
    },
  });
