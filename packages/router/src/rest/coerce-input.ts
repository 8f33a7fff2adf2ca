import { longestDurationMinutes, type TimeoutConfig, type TimeoutLimits } from "@adjourn/sessions";
import type { Context } from "../context.js";
import { readSession } from "./read-session.js";
import type { RestOperation } from "./routes.js";

type Fields = Readonly<Record<string, unknown>>;

/** The limits to clamp to, and the timeout of a session that sets none. */
export interface LenientSettings {
  readonly limits: TimeoutLimits;
  readonly defaultTimeoutMinutes: (agentId: unknown) => number;
}

const maxLimit: Partial<Record<RestOperation, number>> = {
  listSessions: 1_000,
  listEndings: 1_000,
  listBlocks: 1_000,
  listWebhookDeliveries: 1_000,
  getSessionMessages: 100,
  getChannelMessages: 100,
};

/** Coerces numbers like the ElizaOS server where a refusal would break its clients (contract §3). */
export const coerceInput = async (
  operation: RestOperation,
  input: Fields,
  settings: LenientSettings,
  ctx: Context,
): Promise<Fields> => {
  if (operation === "createSession") return { ...input, timeoutConfig: coerceTimeouts(input, settings) };
  if (operation === "updateSessionTimeout") return { ...input, ...(await coercePatch(input, settings, ctx)) };
  const max = maxLimit[operation];
  if (max === undefined) return input;
  // That server lists all sessions if no limit is given.
  const limit = toNumber(input.limit) ?? (operation === "listSessions" ? max : undefined);
  return { ...input, limit: limit === undefined ? undefined : clamp(limit, 1, max) };
};

/**
 * That server refuses a timeout out of range too, and ignores one that is not a number. A maximum duration, stored or given,
 * never keeps it from a longer timeout.
 */
const coercePatch = async (input: Fields, { limits }: LenientSettings, ctx: Context): Promise<Fields> => {
  const stored = (await readSession(ctx, input.sessionId))?.timeoutConfig;
  const timeoutMinutes = whole(input.timeoutMinutes);
  const shortest = timeoutMinutes ?? stored?.timeoutMinutes ?? limits.minTimeoutMinutes;
  const raised = stored && stored.maxDurationMinutes < shortest ? shortest : undefined;
  return {
    timeoutMinutes,
    autoRenew: input.autoRenew ?? undefined,
    maxDurationMinutes: clampGiven(
      toNumber(input.maxDurationMinutes) ?? raised,
      shortest,
      longestDurationMinutes,
    ),
    warningThresholdMinutes: clampGiven(input.warningThresholdMinutes, 1, longestDurationMinutes),
  };
};

const coerceTimeouts = ({ timeoutConfig, agentId }: Fields, settings: LenientSettings): unknown => {
  if (timeoutConfig === null) return undefined;
  if (typeof timeoutConfig !== "object" || Array.isArray(timeoutConfig)) return timeoutConfig;
  const given = timeoutConfig as Partial<Record<keyof TimeoutConfig, unknown>>;
  const { minTimeoutMinutes, maxTimeoutMinutes } = settings.limits;
  const timeoutMinutes = clampGiven(given.timeoutMinutes, minTimeoutMinutes, maxTimeoutMinutes);
  const shortest = timeoutMinutes ?? settings.defaultTimeoutMinutes(agentId);
  return {
    timeoutMinutes,
    autoRenew: given.autoRenew ?? undefined,
    maxDurationMinutes: clampGiven(given.maxDurationMinutes, shortest, longestDurationMinutes),
    warningThresholdMinutes: clampGiven(given.warningThresholdMinutes, 1, longestDurationMinutes),
  };
};

const whole = (value: unknown): number | undefined => {
  const number = toNumber(value);
  return number === undefined || !Number.isFinite(number) ? number : Math.round(number);
};

const clampGiven = (value: unknown, min: number, max: number): number | undefined => {
  const number = toNumber(value);
  return number === undefined ? undefined : clamp(number, min, max);
};

const clamp = (value: number, min: number, max: number): number =>
  Math.min(max, Math.max(min, Number.isFinite(value) ? Math.round(value) : value));

/** @returns undefined unless the value is a number or a numeral in quotes */
const toNumber = (value: unknown): number | undefined => {
  if (typeof value === "number") return Number.isNaN(value) ? undefined : value;
  if (typeof value !== "string" || value.trim() === "") return undefined;
  const number = Number(value);
  return Number.isNaN(number) ? undefined : number;
};
