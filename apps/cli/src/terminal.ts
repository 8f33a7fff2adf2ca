import type { AdjournClient } from "@adjourn/client";

/** What a command works with: the client, where its lines go, and what asks it to stop. */
export interface Terminal {
  readonly client: AdjournClient;
  /** The body of a file that the server has at this path; fails as the client does. */
  readonly download: (path: string) => Promise<ReadableStream<Uint8Array>>;
  /** Writes to standard output as it is, without a line break. */
  readonly write: (text: string) => void;
  /** One line on standard error. */
  readonly complain: (line: string) => void;
  readonly signal: AbortSignal;
}
