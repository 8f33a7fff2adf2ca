/**
 * @typedef {{ status: string, fullName: string }} Assertion
 * @typedef {{ name: string, status: string, assertionResults: Assertion[] }} File
 */

/**
 * What to say of a run. A file that could not be loaded, an error outside every test and a run that left no report
 * count as one failure each: the numbers never read better than the run was.
 * @param {{ testResults: File[] } | null} report as vitest's JSON reporter writes it
 * @param {boolean} succeeded whether the run itself ended well
 */
export const countTests = (report, succeeded) => {
  const files = report?.testResults ?? [];
  const tests = files.flatMap(({ assertionResults }) => assertionResults);
  const broken = files.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );
  const failed = tests.filter(({ status }) => status === "failed").length + broken.length;
  const passed = tests.filter(({ status }) => status === "passed").length;
  const skipped = tests.filter(({ status }) => status !== "passed" && status !== "failed");
  return {
    passed,
    failed: failed === 0 && !succeeded ? 1 : failed,
    skipped: skipped.length,
    skippedNames: skipped.map(({ fullName }) => fullName),
  };
};
