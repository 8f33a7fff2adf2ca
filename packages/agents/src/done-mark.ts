/** Enough for the mark and what may stand around it. */
const tailBytes = 64;

/** The last line of a whole stream; a line break inside of a piece is escaped, so no reply can hold it. */
const doneMark = /\ndata: *\[DONE\]\s*$/;

/** The same response, which says when its stream has come to `[DONE]`: not every endpoint gives a `finish_reason`. */
export const watchForDone = (response: Response, onDone: () => void): Response => {
  if (!response.ok || !response.body) return response;
  const decoder = new TextDecoder();
  let tail = "\n";
  const watch = new TransformStream<Uint8Array, Uint8Array>({
    transform: (bytes, controller) => {
      tail = (tail + decoder.decode(bytes.subarray(-tailBytes))).slice(-tailBytes);
      if (doneMark.test(tail)) onDone();
      controller.enqueue(bytes);
    },
  });
  return new Response(response.body.pipeThrough(watch), response);
};
