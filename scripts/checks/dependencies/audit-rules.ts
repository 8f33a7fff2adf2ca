/** An advisory that we know of and live with, until the date of its next review. */
export interface AuditException {
  /** As npm links it: `https://github.com/advisories/GHSA-…`. */
  readonly advisory: string;
  readonly reason: string;
  /** ISO 8601 date. */
  readonly until: string;
}

export interface Verdict {
  readonly failed: boolean;
  readonly lines: readonly string[];
}

interface Advisory {
  readonly name: string;
  readonly title: string;
  readonly severity: string;
  readonly url: string;
}

interface AuditReport {
  readonly vulnerabilities?: Readonly<Record<string, { readonly via: readonly (string | Advisory)[] }>>;
}

/** @throws Error where an entry lacks one of its fields, so that no exception stands there without a reason */
export const parseExceptions = (json: string): readonly AuditException[] => {
  const entries = JSON.parse(json) as readonly Partial<AuditException>[];
  return entries.map(({ advisory, reason, until }) => {
    if (!advisory || !reason || !until || Number.isNaN(Date.parse(until)))
      throw new Error(`.ci/audit-exceptions.json: an entry needs advisory, reason and until: ${advisory}`);
    return { advisory, reason, until };
  });
};

/** Fails on every advisory of what runs, but for the exceptions; a registry that does not answer is said, and passes. */
export const judgeAudit = (stdout: string, exceptions: readonly AuditException[], now: Date): Verdict => {
  const report = parseReport(stdout);
  if (report?.vulnerabilities === undefined)
    return { failed: false, lines: ["audit: the registry did not answer; nothing was checked"] };
  const advisories = Object.values(report.vulnerabilities)
    .flatMap(({ via }) => via)
    .filter((via) => typeof via === "object");
  const known = new Set(
    exceptions.filter(({ until }) => Date.parse(until) > now.getTime()).map(({ advisory }) => advisory),
  );
  const seen = new Set(advisories.map(({ url }) => url));
  const open = advisories.filter(({ url }) => !known.has(url));
  const stale = exceptions.filter(({ advisory }) => !seen.has(advisory));
  return {
    failed: open.length > 0,
    lines: [
      ...open.map(({ name, severity, title, url }) => `audit: ${name} (${severity}): ${title} ${url}`),
      ...stale.map(({ advisory }) => `audit: the exception for ${advisory} is no longer needed`),
      `audit: ${advisories.length - open.length} known, ${open.length} open`,
    ],
  };
};

const parseReport = (stdout: string): AuditReport | null => {
  try {
    return JSON.parse(stdout) as AuditReport;
  } catch {
    return null;
  }
};
