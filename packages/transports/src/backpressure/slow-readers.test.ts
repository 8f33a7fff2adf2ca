import { once } from "node:events";
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setInterval } from "node:timers/promises";
import { expect, it } from "vitest";
import { SlowReaders } from "./slow-readers.js";

it("cuts nobody for a time in which the server itself stood still", async () => {
  const everyMs = 50;
  const answers = new Set<ServerResponse>();
  const readers = new SlowReaders(
    { checkPeersEveryMs: everyMs, stalledReadMs: 500, minReadBytesPerSecond: 1_000 },
    answers,
  );
  const body = Buffer.alloc(32 * 1_024 * 1_024);
  const server = createServer((_, response) => {
    answers.add(response);
    response.end(body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const [response] = (await once(get({ port, host: "127.0.0.1" }), "response")) as [IncomingMessage];
  // Its timer runs after those of the checks, some of which have found the answer unread.
  let turns = 0;
  for await (const _ of setInterval(everyMs)) if (++turns === 3) break;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
  let taken = 0;
  for await (const chunk of response) taken += (chunk as Buffer).length;
  expect(taken).toBe(body.length);
  readers.stop();
  server.close();
});
