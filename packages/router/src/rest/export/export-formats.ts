import type { ChannelFormat, Ending, EndingFormat, MessageInfo } from "@adjourn/sessions";
import { csvLine } from "./csv.js";

/** How records become a file. `item` gets the number of records before it. */
export interface ExportFormat<Item> {
  readonly contentType: string;
  readonly extension: string;
  readonly begin: string;
  readonly item: (item: Item, index: number) => string;
  /** `count` is the number of records. */
  readonly end: (count: number) => string;
}

const csv = <Item>(columns: readonly (keyof Item & string)[]): ExportFormat<Item> => ({
  contentType: "text/csv; charset=utf-8",
  extension: "csv",
  begin: csvLine(columns),
  item: (item) => csvLine(columns.map((column) => item[column])),
  end: () => "",
});

/** A message quotes its lines, so that its text cannot pass for another message. */
const markdown: ExportFormat<MessageInfo> = {
  contentType: "text/markdown; charset=utf-8",
  extension: "md",
  begin: "",
  item: ({ isAgent, authorId, createdAt, content }) => {
    const quoted = content.split(/\r\n|\r|\n/).map((line) => (line === "" ? ">" : `> ${line}`));
    return `### ${isAgent ? "Agent" : "User"} ${authorId}, ${createdAt}\n\n${quoted.join("\n")}\n\n`;
  },
  end: () => "",
};

export const channelExports: Readonly<Record<ChannelFormat, ExportFormat<MessageInfo>>> = {
  json: {
    contentType: "application/json; charset=utf-8",
    extension: "json",
    begin: "[",
    item: (message, index) => `${index === 0 ? "" : ","}\n${JSON.stringify(message)}`,
    end: (count) => (count === 0 ? "]\n" : "\n]\n"),
  },
  markdown,
  csv: csv([
    "id",
    "content",
    "authorId",
    "isAgent",
    "inReplyTo",
    "createdAt",
    "metadata",
    "attachments",
    "finishReason",
    "usage",
  ]),
};

export const endingExports: Readonly<Record<EndingFormat, ExportFormat<Ending>>> = {
  json: {
    contentType: "application/x-ndjson; charset=utf-8",
    extension: "ndjson",
    begin: "",
    item: (ending) => `${JSON.stringify(ending)}\n`,
    end: () => "",
  },
  csv: csv([
    "sessionId",
    "channelId",
    "agentId",
    "userId",
    "createdAt",
    "endedAt",
    "cause",
    "reason",
    "endedBy",
    "actor",
    "messageCount",
    "listenersDropped",
    "operationsAborted",
  ]),
};
