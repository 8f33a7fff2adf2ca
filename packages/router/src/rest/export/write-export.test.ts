import { once } from "node:events";
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { writeExport } from "./write-export.js";

const pageCharacters = 256 * 1_024;
const pageCount = 60;
const format = {
  contentType: "text/plain",
  extension: "txt",
  begin: "",
  item: (item: string) => item,
  end: () => "",
};

/** An export larger than what the kernel holds for a connection, to a reader that takes nothing yet. */
const startExport = async () => {
  const read = { pages: 0, isStopped: false };
  async function* pages() {
    try {
      for (; read.pages < pageCount; read.pages += 1) yield ["x".repeat(pageCharacters)];
    } finally {
      read.isStopped = true;
    }
  }
  const server = createServer((_, response) => void writeExport(response, "all", format, pages()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const requested = once(server, "request");
  const { port } = server.address() as AddressInfo;
  const [answer] = (await once(get({ port, host: "127.0.0.1", agent: false }), "response")) as [
    IncomingMessage,
  ];
  const [, response] = (await requested) as [IncomingMessage, ServerResponse];
  await expect.poll(() => response.writableNeedDrain).toBe(true);
  return { read, answer, response, [Symbol.dispose]: () => void server.close() };
};

afterEach(() => {
  vi.useRealTimers();
});

test("a reader that takes a page for longer than 35 s gets the whole file; its server judges how much it takes", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  using file = await startExport();
  const { read, answer, response } = file;
  vi.advanceTimersByTime(60_000);
  expect([response.destroyed, read.isStopped]).toEqual([false, false]);
  expect(read.pages).toBeLessThan(pageCount);
  let taken = 0;
  for await (const part of answer) taken += (part as Buffer).length;
  expect(taken).toBe(pageCount * pageCharacters);
});

test("a reader whose connection is cut stops the reading", async () => {
  using file = await startExport();
  const { read, answer, response } = file;
  answer.on("error", () => {});
  response.destroy();
  await expect.poll(() => read.isStopped).toBe(true);
  expect(read.pages).toBeLessThan(pageCount);
});
