import { expect, test } from "vitest";
import { temporaryRepo } from "../temporary-repo.js";
import { checkLock } from "./check-lock.js";

const locked = { version: "1.0.0", integrity: "sha512-x" };

const check = (packages: Record<string, object>) => {
  using repo = temporaryRepo({ "package-lock.json": JSON.stringify({ packages }) });
  return checkLock(repo.root);
};

test("an optional platform package that the lock lacks is found", () => {
  expect(
    check({
      "node_modules/turbo": {
        ...locked,
        optionalDependencies: { "@turbo/linux": "1.0.0", "@turbo/mac": "1.0.0" },
      },
      "node_modules/@turbo/linux": locked,
    }),
  ).toEqual(["package-lock.json: node_modules/turbo names the optional @turbo/mac, which is not locked"]);
});

test("one that is named without a version and a hash counts as missing", () => {
  expect(
    check({
      "node_modules/turbo": { ...locked, optionalDependencies: { "@turbo/mac": "1.0.0" } },
      "node_modules/@turbo/mac": { optional: true },
    }),
  ).toHaveLength(1);
});

test("one is found beside its parent, or in a folder above it", () => {
  const parent = { ...locked, optionalDependencies: { native: "1.0.0" } };
  expect(
    check({
      "node_modules/a": parent,
      "node_modules/a/node_modules/native": locked,
      "node_modules/b": locked,
    }),
  ).toEqual([]);
  expect(check({ "node_modules/b/node_modules/a": parent, "node_modules/native": locked })).toEqual([]);
});
