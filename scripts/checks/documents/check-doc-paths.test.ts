import { expect, test } from "vitest";
import { temporaryRepo } from "../temporary-repo.js";
import { checkDocPaths } from "./check-doc-paths.js";

const check = (markdown: string) => {
  using repo = temporaryRepo({ "docs/guide.md": markdown, "packages/a/src/x.ts": "", "README.md": "" });
  return checkDocPaths(repo.root);
};

test("a dead path in backticks is found, with its line", () => {
  expect(check("One\n\nSee `packages/a/src/y.ts`.")).toEqual([
    "docs/guide.md:3 names /packages/a/src/y.ts, which is not there",
  ]);
});

test("a dead link is found, and is read from its document's folder", () => {
  expect(check("[there](../README.md) and [not there](README.md#top)")).toEqual([
    "docs/guide.md:1 names README.md, which is not there",
  ]);
});

test("living paths, folders, addresses, routes and commands pass", () => {
  expect(
    check(
      "`packages/a/src/x.ts` `packages/a` `packages/` [a](https://a.b) [b](#part) `/api/x` `npm test packages/a` `@scope/name`",
    ),
  ).toEqual([]);
});
