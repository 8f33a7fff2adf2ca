import { expect, test } from "vitest";
import { countTests } from "./test-counts.mjs";

const file = (status: string, ...statuses: string[]) => ({
  name: "a.test.ts",
  status,
  assertionResults: statuses.map((each, index) => ({ status: each, fullName: `test ${index}` })),
});

test("tests are counted over all files, and the skipped are named", () => {
  const report = {
    testResults: [file("passed", "passed", "skipped"), file("failed", "passed", "failed", "todo")],
  };
  expect(countTests(report, false)).toEqual({
    passed: 2,
    failed: 1,
    skipped: 2,
    skippedNames: ["test 1", "test 2"],
  });
});

test("a file that could not be loaded is a failure, though no test of it ran", () => {
  expect(countTests({ testResults: [file("passed", "passed"), file("failed")] }, false)).toMatchObject({
    passed: 1,
    failed: 1,
  });
});

test("a run that ended badly is a failure, whatever its report says", () => {
  expect(countTests({ testResults: [file("passed", "passed")] }, false)).toMatchObject({ failed: 1 });
  expect(countTests(null, false)).toEqual({
    passed: 0,
    failed: 1,
    skipped: 0,
    skippedNames: [],
  });
});
