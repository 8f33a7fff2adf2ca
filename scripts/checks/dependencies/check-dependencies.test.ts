import { expect, test } from "vitest";
import { temporaryRepo } from "../temporary-repo.js";
import { checkDependencies } from "./check-dependencies.js";

test("a dependency that floats, or that nobody explains, is found", () => {
  using repo = temporaryRepo({
    "docs/dependencies.md": "| `zod` | schemas |\n| `ws` | sockets |",
    "package.json": JSON.stringify({ devDependencies: { zod: "4.6.7", ws: "^8.0.0" } }),
    "packages/a/package.json": JSON.stringify({
      dependencies: { "@adjourn/b": "0.1.0", "left-pad": "1.0.0" },
    }),
  });
  expect(checkDependencies(repo.root)).toEqual([
    "package.json: ws is not pinned: ^8.0.0",
    "packages/a/package.json: docs/dependencies.md does not say what left-pad is for",
  ]);
});
