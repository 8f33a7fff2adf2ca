import { expect, test } from "vitest";
import { judgeAudit, parseExceptions } from "./audit-rules.js";

const now = new Date("2026-11-01");
const advisory = "https://github.com/advisories/GHSA-1";
const report = JSON.stringify({
  vulnerabilities: {
    ws: { via: [{ name: "ws", title: "A socket is left open", severity: "high", url: advisory }] },
    app: { via: ["ws"] },
  },
});

test("an advisory fails, by its name", () => {
  const { failed, lines } = judgeAudit(report, [], now);
  expect(failed).toBe(true);
  expect(lines).toEqual([`audit: ws (high): A socket is left open ${advisory}`, "audit: 0 known, 1 open"]);
});

test("an exception holds until its day, and is reported once nothing needs it", () => {
  const exception = { advisory, reason: "not reachable", until: "2026-12-01" };
  expect(judgeAudit(report, [exception], now).failed).toBe(false);
  expect(judgeAudit(report, [exception], new Date("2026-12-02")).failed).toBe(true);
  expect(judgeAudit(JSON.stringify({ vulnerabilities: {} }), [exception], now)).toEqual({
    failed: false,
    lines: [`audit: the exception for ${advisory} is no longer needed`, "audit: 0 known, 0 open"],
  });
});

test("a registry that does not answer passes, and is said", () => {
  for (const stdout of ["", "{}", '{"error": {"code": "ENOTFOUND"}}'])
    expect(judgeAudit(stdout, [], now)).toEqual({
      failed: false,
      lines: [expect.stringContaining("did not answer")],
    });
});

test("an exception without a reason or a day is refused", () => {
  expect(() => parseExceptions(`[{"advisory": "${advisory}", "until": "2026-12-01"}]`)).toThrow("needs");
  expect(() => parseExceptions(`[{"advisory": "${advisory}", "reason": "r", "until": "soon"}]`)).toThrow(
    "needs",
  );
});
