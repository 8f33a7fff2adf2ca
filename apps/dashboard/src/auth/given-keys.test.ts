import { expect, it } from "vitest";
import { givenKeys } from "./given-keys";

it("takes a key with its name, as it is configured, or without", () => {
  expect(givenKeys("  an-admin-key-for-tests\n")).toEqual(["an-admin-key-for-tests"]);
  expect(givenKeys("ops:an-admin-key-for-tests")).toEqual([
    "an-admin-key-for-tests",
    "ops:an-admin-key-for-tests",
  ]);
});

it("keeps a colon that ends no name", () => {
  for (const key of ["short:key", "a/name:an-admin-key-for-tests", "an-admin-key-for:tests"])
    expect(givenKeys(key)).toEqual([key]);
});

it("takes nothing that no header could carry", () => {
  for (const typed of ["", " ", "two words that are no key", "schlüssel-mit-umlaut"])
    expect(givenKeys(typed)).toEqual([]);
});
