import { command } from "../command.js";
import { json, limit, wholeNumber } from "../options.js";
import { table } from "../table.js";
import type { Terminal } from "../terminal.js";

export const blocks = ({ client, write }: Terminal) =>
  command({
    meta: { name: "adjourn blocks", description: "List the blocks that hold, newest first" },
    args: { limit, json },
    run: async ({ args }) => {
      const page = await client.trpc.listBlocks.query({ limit: wholeNumber("limit", args.limit, 1_000) });
      if (args.json) return write(`${JSON.stringify(page)}\n`);
      const rows = page.blocks.map((block) => [
        block.blockedAt,
        block.userId,
        block.until ?? "for good",
        block.actor ?? "",
        block.reason ?? "",
      ]);
      if (rows.length > 0) write(table(["BLOCKED", "USER", "UNTIL", "BY", "REASON"], rows));
    },
  });
