import fc from "fast-check";
import { expect, test } from "vitest";
import { readEventStream, type StreamEvent } from "./read-event-stream.js";

const streamOf = (chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });

const read = async (chunks: readonly Uint8Array[]): Promise<StreamEvent[]> => {
  const events: StreamEvent[] = [];
  for await (const event of readEventStream(streamOf(chunks))) if (event) events.push(event);
  return events;
};

const written =
  'event: chunk\ndata: {"chunk":"für 🎉"}\n\n: comment\n\nevent: done\ndata: {"a":1}\n\nevent: cut';

test("events are the same however the network cuts the bytes, and one that is not complete is none", async () => {
  const bytes = new TextEncoder().encode(written);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 20 }), async (cuts) => {
      const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const chunks = places.slice(1).map((end, index) => bytes.slice(places[index], end));
      expect(await read(chunks)).toEqual([
        { event: "chunk", data: '{"chunk":"für 🎉"}' },
        { event: "done", data: '{"a":1}' },
      ]);
    }),
    { seed: 1, numRuns: 200 },
  );
});

test("a reader that leaves cancels the stream", async () => {
  let isCancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("event: a\ndata: 1\n\n")),
    cancel: () => {
      isCancelled = true;
    },
  });
  for await (const event of readEventStream(stream)) {
    expect(event).toEqual({ event: "a", data: "1" });
    break;
  }
  expect(isCancelled).toBe(true);
});
