import { expect, it } from "vitest";
import { until } from "../setup/test-server.js";
import { type MeasuredServer, startMeasuredServer } from "./measured-process.js";
import { runWave } from "./wave.js";

const waveSize = 500;
const waves = 20;
/** Waves after which all code is compiled and every cache has its size. */
const warmUp = 6;
/** Code that is compiled later takes up to 2 MB; the smallest thing kept for each of 7,000 sessions took over 4. */
const mayGrowBytes = 3_000_000;

const atRest = async (server: MeasuredServer) => {
  await until(async () => (await server.measure()).sockets < 10, 20_000);
  expect(await server.held()).toEqual({ sessions: 0, listeners: 0, operations: 0 });
  return server.measure();
};

it(`a process that has ended ${waves * waveSize} sessions holds nothing of them`, async () => {
  await using server = await startMeasuredServer();
  const idle = await server.measure();
  for (let wave = 0; wave < warmUp; wave++) await runWave(server.url, waveSize);
  const warm = await atRest(server);
  for (let wave = warmUp; wave < waves; wave++) await runWave(server.url, waveSize);
  const after = await atRest(server);
  expect(after.timers).toBeLessThanOrEqual(idle.timers);
  expect(after.resources - after.sockets).toBeLessThanOrEqual(idle.resources + 1);
  expect(after.heapBytes - warm.heapBytes).toBeLessThan(mayGrowBytes);
}, 300_000);
