import { inputs } from "@adjourn/sessions";
import { requireAccess } from "../../access.js";
import type { Context } from "../../context.js";
import { parseInput, type RouteInput } from "../parse-input.js";
import type { Wire } from "../stream-message.js";
import { channelExports, endingExports } from "./export-formats.js";
import { writeExport } from "./write-export.js";

/** Only REST has these: they answer with a file. */
export const exportChannel = async (input: RouteInput, ctx: Context, { response }: Wire): Promise<void> => {
  requireAccess("exportChannel", ctx.principal, input);
  const parsed = parseInput(inputs.exportChannel, input);
  const pages = await ctx.sessions.exportChannel(parsed);
  const name = `channel-${parsed.channelId.replace(/[^\w-]/g, "_")}`;
  await writeExport(response, name, channelExports[parsed.format], pages);
};

export const exportEndings = async (input: RouteInput, ctx: Context, { response }: Wire): Promise<void> => {
  requireAccess("exportEndings", ctx.principal, input);
  const parsed = parseInput(inputs.exportEndings, input);
  const pages = await ctx.sessions.exportEndings(parsed);
  await writeExport(response, "endings", endingExports[parsed.format], pages);
};
