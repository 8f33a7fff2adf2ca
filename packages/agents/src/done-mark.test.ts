import { expect, test } from "vitest";
import { watchForDone } from "./done-mark.js";

/** How often the end was seen in a stream that comes in these pieces, and what was passed on. */
const readThrough = async (pieces: readonly string[], status = 200) => {
  let seen = 0;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
  const watched = watchForDone(new Response(body, { status }), () => {
    seen += 1;
  });
  return { passedOn: await watched.text(), seen: seen > 0, status: watched.status };
};

test.each([
  [["data: [DONE]\n\n"]],
  [["data: {}\n\ndata: [DONE]\n\n"]],
  [["data: {}\r\n\r\ndata:[DONE]\r\n\r\n"]],
  [[`data: "${"ä".repeat(100)}"\n\ndata: [DO`, "NE]", "\n\n"]],
])("sees the end of %j, and changes nothing", async (pieces) => {
  expect(await readThrough(pieces)).toEqual({ passedOn: pieces.join(""), seen: true, status: 200 });
});

test.each([
  [[]],
  [['data: {"content":"']],
  [['data: {"content":"It says\\ndata: [DONE]', '"}\n\n']],
  [["data: [DONE]".padStart(200, "x"), "\n\n"]],
])("sees no end in %j", async (pieces) => {
  expect(await readThrough(pieces)).toEqual({ passedOn: pieces.join(""), seen: false, status: 200 });
});

test("leaves a refusal as it is", async () => {
  expect(await readThrough(["data: [DONE]\n\n"], 500)).toMatchObject({ seen: false, status: 500 });
});
