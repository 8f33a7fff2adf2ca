import { createFakeClock, createInMemorySessionStore } from "@adjourn/testkit";
import { expect, it } from "vitest";
import { openRaw, request } from "../../setup/raw-peer.js";
import { startTestServer, until } from "../../setup/test-server.js";

it("a flood of probes, HEAD and GET, pings the store once", async () => {
  const clock = createFakeClock();
  let pings = 0;
  const store = createInMemorySessionStore({ clock });
  const { ping } = store;
  Object.assign(store, {
    ping: () => {
      pings += 1;
      return ping();
    },
  });
  await using server = await startTestServer({}, { store, clock });
  const probes = ["GET", "HEAD"].map((method) => request(server.url, `${method} /readyz?${method}`));
  const peers = Array.from({ length: 4 }, () => openRaw(server.url));
  for (const peer of peers) peer.write(probes.join("").repeat(200));
  for (const peer of peers) await until(() => peer.statuses().length === 400);
  expect(new Set(peers.flatMap((peer) => peer.statuses()))).toEqual(new Set([200]));
  expect(pings).toBe(1);
  for (const peer of peers) await peer[Symbol.asyncDispose]();
});
