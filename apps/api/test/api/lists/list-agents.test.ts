import { expect, it } from "vitest";
import { echoId, startTestServer, typewriterId } from "../../setup/test-server.js";
import { wires } from "../../setup/wires.js";

const agents = [
  { id: echoId, name: "Echo", status: "active" },
  { id: typewriterId, name: "Typewriter", status: "active" },
];
const [, ...trpcWires] = wires;

it.each(wires)("agents are listed with id, name and status over $wire", async ({ open }) => {
  await using server = await startTestServer();
  await using wire = open(server.url);
  expect((await wire.call("listAgents")).body).toEqual({ success: true, data: { agents } });
});

it.each(trpcWires)("their kinds are included on request over $wire", async ({ open }) => {
  await using server = await startTestServer();
  await using wire = open(server.url);
  expect((await wire.call("listAgents", { withKinds: true })).body).toEqual({
    success: true,
    data: { agents },
    kinds: { [echoId]: "echo", [typewriterId]: "typewriter" },
  });
});
