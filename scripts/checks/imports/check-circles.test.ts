import { expect, test } from "vitest";
import { temporaryRepo } from "../temporary-repo.js";
import { checkCircles } from "./check-circles.js";

const check = (files: Readonly<Record<string, string>>) => {
  using repo = temporaryRepo(files);
  return checkCircles(repo.root);
};

test("files that import each other are found, by types alone and by way of a third too", () => {
  expect(
    check({
      "src/a.ts": 'import { b } from "./b.js";\nexport type A = typeof b;',
      "src/b.ts": 'export { c as b } from "./deep/c.js";',
      "src/deep/c.ts": 'import type { A } from "../a.js";\nexport const c: A | null = null;',
    }),
  ).toEqual(["src/a.ts imports src/b.ts imports src/deep/c.ts imports src/a.ts: a circle"]);
});

test("a page of the dashboard names no ending, and is found too", () => {
  expect(check({ "a.tsx": 'import "./b";', "b/index.ts": 'import "../a";' })).toHaveLength(1);
});

test("two ways to one file are no circle", () => {
  expect(
    check({
      "a.ts": 'import "./b.js";\nimport "./c.js";',
      "b.ts": 'import "./c.js";',
      "c.ts": 'import "node:fs";',
    }),
  ).toEqual([]);
});
