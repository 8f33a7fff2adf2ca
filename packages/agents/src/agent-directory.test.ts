import { expect, test } from "vitest";
import { createStoppedClock } from "../test/turns.js";
import { createAgentDirectory, createBuiltInAgents } from "./agent-directory.js";
import { createEchoAgent } from "./echo.js";

const builtIn = createBuiltInAgents({ clock: createStoppedClock() });

test("the two built in have their fixed ids and names", () => {
  expect(builtIn.map(({ id, name, kind }) => ({ id, name, kind }))).toEqual([
    { id: "00000000-0000-4000-8000-000000000001", name: "Echo", kind: "echo" },
    { id: "00000000-0000-4000-8000-000000000002", name: "Typewriter", kind: "typewriter" },
  ]);
});

test("finds an agent by its id, however that is cased, and no other", () => {
  const agent = createEchoAgent({ id: "abcdefab-0000-4000-8000-00000000000a", name: "Mine" });
  const directory = createAgentDirectory([...builtIn, agent]);
  expect(directory.get("ABCDEFAB-0000-4000-8000-00000000000A")).toBe(agent);
  expect(directory.get("abcdefab-0000-4000-8000-00000000000b")).toBeUndefined();
  expect(directory.list()).toEqual([...builtIn, agent]);
});

test("refuses two agents of one id", () => {
  expect(() => createAgentDirectory([...builtIn, createEchoAgent()])).toThrow("same id");
});
