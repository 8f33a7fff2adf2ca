import type { IncomingMessage } from "node:http";
import type { Clock } from "@adjourn/sessions";

const keptBytes = 1_024;
/** How long the rest of an answer is waited for after its status. */
const bodyTimeoutMs = 2_000;

/** The first KiB of an answer as text that every store can keep; what has come in time, if it is cut or does not end. */
export const readBeginning = (response: IncomingMessage, clock: Pick<Clock, "setTimeout">): Promise<string> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (): void => {
      timer.cancel();
      response.destroy();
      resolve(toText(Buffer.concat(chunks)));
    };
    const timer = clock.setTimeout(finish, bodyTimeoutMs);
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk.subarray(0, keptBytes - bytes));
      bytes += chunk.length;
      if (bytes >= keptBytes) finish();
    });
    for (const event of ["end", "error", "close"]) response.once(event, finish);
  });

/** A character that is cut at the end is left out. */
const toText = (bytes: Buffer): string =>
  new TextDecoder().decode(bytes.subarray(0, keptBytes), { stream: true }).replaceAll("\0", "\uFFFD");
