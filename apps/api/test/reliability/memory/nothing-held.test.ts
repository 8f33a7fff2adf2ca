import { expect, it } from "vitest";
import { until } from "../../setup/test-server.js";
import { runWave } from "../crowds/wave.js";
import { type Measure, type MeasuredServer, startMeasuredServer } from "./measured-process.js";

const waveSize = 500;
const waves = 20;
/** Waves after which all code is compiled and every cache has its size. */
const warmUp = 8;
/** Code that is compiled later takes up to 2 MB; the smallest thing kept for each of 6,000 sessions took over 3.5. */
const mayGrowBytes = 3_000_000;

/** Waits until nothing but what was there before keeps the process alive. A kept-alive connection has a timer. */
const atRest = async (server: MeasuredServer, idle: Measure) => {
  let latest = idle;
  await until(async () => {
    latest = await server.measure();
    return (
      latest.sockets < 10 &&
      latest.timers <= idle.timers &&
      latest.resources - latest.sockets <= idle.resources + 1
    );
  });
  expect(await server.held()).toEqual({ sessions: 0, listeners: 0, operations: 0 });
  return latest;
};

it(`a process that has ended ${waves * waveSize} sessions holds nothing of them`, async () => {
  await using server = await startMeasuredServer();
  const idle = await server.measure();
  for (let wave = 0; wave < warmUp; wave++) await runWave(server.url, waveSize);
  const warm = await atRest(server, idle);
  for (let wave = warmUp; wave < waves; wave++) await runWave(server.url, waveSize);
  const after = await atRest(server, idle);
  expect(after.heapBytes - warm.heapBytes).toBeLessThan(mayGrowBytes);
}, 300_000);
