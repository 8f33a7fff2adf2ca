import { propertyRuns } from "@adjourn/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expiryCause } from "./ending.js";
import { SessionError } from "./errors.js";
import {
  defaultTimeoutSettings,
  expiryTime,
  longestDurationMinutes,
  nextWarnAt,
  parseTimeoutConfig,
  resolveTimeoutConfig,
  type TimeoutConfigInput,
} from "./timeout-policy.js";

const { defaults, limits } = defaultTimeoutSettings;
const minute = 60_000;

const refusal = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error instanceof SessionError ? error.code : error;
  }
  return "accepted";
};

const validInput: fc.Arbitrary<TimeoutConfigInput> = fc.record(
  {
    timeoutMinutes: fc.integer({ min: limits.minTimeoutMinutes, max: limits.maxTimeoutMinutes }),
    autoRenew: fc.boolean(),
    maxDurationMinutes: fc.integer({ min: limits.minTimeoutMinutes, max: longestDurationMinutes }),
    warningThresholdMinutes: fc.integer({ min: 1, max: 1_440 }),
  },
  { requiredKeys: [] },
);

describe("the validation of timeout settings", () => {
  it("accepts every value in range, and adds no field", () => {
    fc.assert(
      fc.property(validInput, (input) => {
        expect(parseTimeoutConfig(input, limits)).toEqual(input);
      }),
      propertyRuns(),
    );
  });

  it.each([
    ["timeoutMinutes", 4],
    ["timeoutMinutes", 1_441],
    ["timeoutMinutes", 30.5],
    ["timeoutMinutes", "30"],
    ["timeoutMinutes", Number.NaN],
    ["timeoutMinutes", null],
    ["maxDurationMinutes", 2_881],
    ["maxDurationMinutes", 4],
    ["warningThresholdMinutes", 0],
    ["warningThresholdMinutes", -1],
    ["autoRenew", "yes"],
    ["autoRenew", null],
  ])("refuses %s of %s", (field, value) => {
    expect(refusal(() => parseTimeoutConfig({ [field]: value }, limits))).toBe("INVALID_TIMEOUT_CONFIG");
  });

  it.each([["text"], [null], [[]], [7]])("refuses %j as a whole", (input) => {
    expect(refusal(() => parseTimeoutConfig(input, limits))).toBe("INVALID_TIMEOUT_CONFIG");
  });
});

describe("the merge of three tiers", () => {
  it("takes the session's setting over the agent's over the default, field by field", () => {
    fc.assert(
      fc.property(validInput, validInput, (session, agent) => {
        let resolved: ReturnType<typeof resolveTimeoutConfig>;
        try {
          resolved = resolveTimeoutConfig(session, agent, defaults);
        } catch {
          // Only a maximum duration that the session itself sets may be too short.
          expect(session.maxDurationMinutes).toBeDefined();
          return;
        }
        for (const field of ["timeoutMinutes", "autoRenew", "warningThresholdMinutes"] as const)
          expect(resolved[field]).toBe(session[field] ?? agent[field] ?? defaults[field]);
        expect(resolved.maxDurationMinutes).toBe(
          session.maxDurationMinutes ??
            Math.max(agent.maxDurationMinutes ?? defaults.maxDurationMinutes, resolved.timeoutMinutes),
        );
      }),
      propertyRuns(),
    );
  });

  it("refuses a maximum duration below the timeout that it would cut short", () => {
    const named = { timeoutMinutes: 60, maxDurationMinutes: 59 };
    expect(refusal(() => resolveTimeoutConfig(named, {}, defaults))).toBe("INVALID_TIMEOUT_CONFIG");
  });
});

describe("the expiry", () => {
  const config = { ...defaults, timeoutMinutes: 30, maxDurationMinutes: 60 };

  it("is never after the cap, and a later renewal never makes it earlier", () => {
    fc.assert(
      fc.property(fc.nat(120 * minute), fc.nat(120 * minute), (first, second) => {
        const [earlier, later] = first < second ? [first, second] : [second, first];
        expect(expiryTime(later, 0, config)).toBeLessThanOrEqual(60 * minute);
        expect(expiryTime(later, 0, config)).toBeGreaterThanOrEqual(expiryTime(earlier, 0, config));
      }),
      propertyRuns(),
    );
  });

  it("has the cause max_duration exactly if the cap decided", () => {
    expect(expiryCause(expiryTime(29 * minute, 0, config), 0, 60)).toBe("expired");
    expect(expiryCause(expiryTime(30 * minute, 0, config), 0, 60)).toBe("max_duration");
  });
});

describe("the warning", () => {
  const config = { ...defaults, warningThresholdMinutes: 5 };

  it("is due once per crossing", () => {
    const due = nextWarnAt(30 * minute, config, 0, null);
    expect(due).toBe(25 * minute);
    const given = null;
    expect(nextWarnAt(30 * minute, config, 26 * minute, given)).toBeNull();
    expect(nextWarnAt(56 * minute, config, 26 * minute, given)).toBe(51 * minute);
  });

  it("stays due if the expiry moves within the window before it was given", () => {
    expect(nextWarnAt(30 * minute, config, 26 * minute, 25 * minute)).toBe(25 * minute);
  });
});
