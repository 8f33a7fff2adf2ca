import { expect, test } from "vitest";
import { collect, turnOf } from "../test/turns.js";
import { createEchoAgent } from "./echo.js";

test("repeats the message to the byte", async () => {
  const content = "  Hällo\n\tWörld 👋  ";
  expect(await collect(createEchoAgent().reply(turnOf(content)))).toEqual([content]);
});

test("says nothing once its signal has fired", async () => {
  const signal = AbortSignal.abort(new Error("over"));
  await expect(collect(createEchoAgent().reply(turnOf("hello", { signal })))).rejects.toThrow("over");
});
