import type { ReadableStreamDefaultReader } from "node:stream/web";

export type BodyReader = ReadableStreamDefaultReader<Uint8Array>;

/**
 * The text of a body as it arrives, without a leading byte order mark. `maxBytes` bounds an endless body.
 * @throws the error that `tooLong` returns, if the body is longer than `maxBytes`
 */
export const readBodyText = async function* (
  reader: BodyReader,
  maxBytes: number,
  tooLong: () => Error,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
    if (bytes > maxBytes) throw tooLong();
    yield decoder.decode(value, { stream: true });
  }
  yield decoder.decode();
};
