/** An event of a `text/event-stream`: its name, and its data lines as one text. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

/** Yields null for what is no event, such as a comment, so that a reader sees that the server is there. */
export async function* readEventStream(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent | null> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      const blocks = rest.split("\n\n");
      rest = blocks.pop() ?? "";
      if (blocks.length === 0) yield null;
      for (const block of blocks) yield parseBlock(block);
    }
  } finally {
    // The reader may leave before the end. What then fails concerns nobody.
    reader.cancel().catch(() => {});
  }
}

const parseBlock = (block: string): StreamEvent | null => {
  let event = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) event = line.slice("event: ".length);
    if (line.startsWith("data: ")) data.push(line.slice("data: ".length));
  }
  return data.length === 0 ? null : { event, data: data.join("\n") };
};
