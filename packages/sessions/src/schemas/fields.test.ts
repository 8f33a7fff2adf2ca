import { expect, test } from "vitest";
import { time } from "./fields.js";

test.each([
  ["1h", "Invalid ISO datetime"],
  ["-000001-01-01T00:00:00Z", "Invalid ISO datetime"],
  ["0000-01-01T00:00:00+01:00", "must be within the years 0 to 9999 in UTC"],
])("the time %s has one issue, the one that is true of it", (given, message) => {
  const { error } = time.safeParse(given);
  expect(error?.issues.map((issue) => issue.message)).toEqual([message]);
});
