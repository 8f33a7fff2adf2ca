import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { isPeerGone, unlessPeerGone } from "@adjourn/transports";
import type { ExportFormat } from "./export-formats.js";

/**
 * Writes pages of records as a file, each page when the reader has taken the one before, so that one page is held in
 * memory whatever the size of the file. A failure of the first page is thrown before the answer begins; a later one cuts
 * the connection. A reader that leaves, or that the server cuts because it takes too little, stops the reading.
 */
export const writeExport = async <Item>(
  response: ServerResponse,
  name: string,
  format: ExportFormat<Item>,
  pages: AsyncGenerator<readonly Item[], void>,
): Promise<void> => {
  try {
    if (isPeerGone(response)) return;
    const first = await pages.next();
    if (isPeerGone(response)) return;
    response.writeHead(200, {
      "Content-Type": format.contentType,
      "Content-Disposition": `attachment; filename="${name}.${format.extension}"`,
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
    });
    if (response.req.method === "HEAD") response.end();
    else await writePages(response, format, first, pages);
  } finally {
    await pages.return();
  }
};

const writePages = async <Item>(
  response: ServerResponse,
  format: ExportFormat<Item>,
  first: IteratorResult<readonly Item[], void>,
  pages: AsyncGenerator<readonly Item[], void>,
): Promise<void> => {
  let count = 0;
  let text = format.begin;
  for (let page = first; !page.done; ) {
    for (const item of page.value) {
      text += format.item(item, count);
      count += 1;
    }
    if (text !== "" && !(await isTaken(response, text))) return;
    text = "";
    const next = await unlessPeerGone(response, pages.next());
    if (next === null) return;
    page = next;
  }
  response.end(text + format.end(count));
};

/** Resolves when there is room for more. @returns false if the reader is gone */
const isTaken = async (response: ServerResponse, text: string): Promise<boolean> => {
  // Even a fast reader gives other calls their turn between two pages.
  if (response.write(text)) await new Promise((resolve) => setImmediate(resolve));
  else await unlessPeerGone(response, once(response, "drain"));
  return !isPeerGone(response);
};
