import { z } from "zod";
import { SessionError } from "./errors.js";

/** The lifetime of a session, in whole minutes. */
export const timeoutConfigSchema = z
  .object({
    timeoutMinutes: z.int(),
    autoRenew: z.boolean(),
    maxDurationMinutes: z.int(),
    warningThresholdMinutes: z.int(),
  })
  .meta({ id: "TimeoutConfig" });

export type TimeoutConfig = Readonly<z.output<typeof timeoutConfigSchema>>;

/** The fields that a caller or an agent's entry sets. The others come from the next tier. */
export type TimeoutConfigInput = Partial<TimeoutConfig>;

export interface TimeoutLimits {
  readonly minTimeoutMinutes: number;
  readonly maxTimeoutMinutes: number;
}

export interface TimeoutSettings {
  readonly defaults: TimeoutConfig;
  readonly limits: TimeoutLimits;
}

/** The longest lifetime of any session: two days, as in the ElizaOS Sessions API. */
export const longestDurationMinutes = 2_880;

export const defaultTimeoutSettings: TimeoutSettings = {
  defaults: { timeoutMinutes: 30, autoRenew: true, maxDurationMinutes: 720, warningThresholdMinutes: 5 },
  limits: { minTimeoutMinutes: 5, maxTimeoutMinutes: 1_440 },
};

const invalid = (field: string, given: unknown, allowed: string): SessionError =>
  new SessionError("INVALID_TIMEOUT_CONFIG", `${field} must be ${allowed}`, { field, given, allowed });

const isWhole = (value: unknown, min: number, max: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;

/**
 * Checks each given field on its own. {@link resolveTimeoutConfig} checks how they fit together.
 * @throws SessionError `INVALID_TIMEOUT_CONFIG` with `details` `{field, given, allowed}`
 */
export const parseTimeoutConfig = (input: unknown, limits: TimeoutLimits): TimeoutConfigInput => {
  if (input === undefined) return {};
  if (typeof input !== "object" || input === null || Array.isArray(input))
    throw invalid("timeoutConfig", input, "an object");
  const { timeoutMinutes, autoRenew, maxDurationMinutes, warningThresholdMinutes } = input as Partial<
    Record<keyof TimeoutConfig, unknown>
  >;
  const { minTimeoutMinutes, maxTimeoutMinutes } = limits;
  const parsed: { -readonly [K in keyof TimeoutConfig]?: TimeoutConfig[K] } = {};
  if (timeoutMinutes !== undefined) {
    if (!isWhole(timeoutMinutes, minTimeoutMinutes, maxTimeoutMinutes))
      throw invalid(
        "timeoutMinutes",
        timeoutMinutes,
        `a whole number from ${minTimeoutMinutes} to ${maxTimeoutMinutes}`,
      );
    parsed.timeoutMinutes = timeoutMinutes;
  }
  if (autoRenew !== undefined) {
    if (typeof autoRenew !== "boolean") throw invalid("autoRenew", autoRenew, "true or false");
    parsed.autoRenew = autoRenew;
  }
  if (maxDurationMinutes !== undefined) {
    if (!isWhole(maxDurationMinutes, minTimeoutMinutes, longestDurationMinutes))
      throw invalid(
        "maxDurationMinutes",
        maxDurationMinutes,
        `a whole number from timeoutMinutes to ${longestDurationMinutes}`,
      );
    parsed.maxDurationMinutes = maxDurationMinutes;
  }
  if (warningThresholdMinutes !== undefined) {
    if (!isWhole(warningThresholdMinutes, 1, Number.MAX_SAFE_INTEGER / 60_000))
      throw invalid("warningThresholdMinutes", warningThresholdMinutes, "a whole number, at least 1");
    parsed.warningThresholdMinutes = warningThresholdMinutes;
  }
  return parsed;
};

/**
 * Resolves each field: the session's value, else the agent's, else the default. A maximum duration that the caller did
 * not set grows to a longer timeout; one that it did set must not be shorter than the timeout.
 * @throws SessionError `INVALID_TIMEOUT_CONFIG`
 */
export const resolveTimeoutConfig = (
  session: TimeoutConfigInput,
  agent: TimeoutConfigInput,
  defaults: TimeoutConfig,
): TimeoutConfig => {
  const merged = { ...defaults, ...agent, ...session };
  if (merged.maxDurationMinutes >= merged.timeoutMinutes) return pick(merged);
  if (session.maxDurationMinutes !== undefined) throw durationTooShort(merged);
  return pick({ ...merged, maxDurationMinutes: merged.timeoutMinutes });
};

/** The error of a change that would leave the maximum duration below the timeout. */
export const durationTooShort = (merged: TimeoutConfig): SessionError =>
  invalid(
    "maxDurationMinutes",
    merged.maxDurationMinutes,
    `a whole number from timeoutMinutes (${merged.timeoutMinutes}) to ${longestDurationMinutes}`,
  );

const pick = (config: TimeoutConfig): TimeoutConfig => ({
  timeoutMinutes: config.timeoutMinutes,
  autoRenew: config.autoRenew,
  maxDurationMinutes: config.maxDurationMinutes,
  warningThresholdMinutes: config.warningThresholdMinutes,
});

/** When a session that was last active at `from` (ms) runs out: the sooner of its timeout and its cap. */
export const expiryTime = (from: number, createdAt: number, config: TimeoutConfig): number =>
  Math.min(from + config.timeoutMinutes * 60_000, createdAt + config.maxDurationMinutes * 60_000);

/**
 * When the warning of a session is due (ms), null once it was given. A session that leaves the warning window is
 * warned again at its next crossing; one that moves within it is not.
 */
export const nextWarnAt = (
  expiresAt: number,
  config: TimeoutConfig,
  now: number,
  warnAt: number | null,
): number | null => {
  const crossing = expiresAt - config.warningThresholdMinutes * 60_000;
  return crossing > now || warnAt !== null ? crossing : null;
};
