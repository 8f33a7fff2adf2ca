import { longestDurationMinutes, type TimeoutConfig, type TimeoutLimits } from "@adjourn/sessions";
import type { Context } from "../context.js";
import { createCaller } from "../router.js";
import type { RestOperation } from "./routes.js";

type Fields = Readonly<Record<string, unknown>>;

/** What leniency has to know: the limits to clamp to, and the timeout a session gets that names none. */
export interface LenientSettings {
  readonly limits: TimeoutLimits;
  readonly defaultTimeoutMinutes: (agentId: unknown) => number;
}

const maxLimit: Partial<Record<RestOperation, number>> = {
  listSessions: 1_000,
  listEndings: 1_000,
  getSessionMessages: 100,
  getChannelMessages: 100,
};

/** Coerces numbers as the ElizaOS server does, where refusing them would break its clients (contract §3). */
export const bendInput = async (
  operation: RestOperation,
  input: Fields,
  settings: LenientSettings,
  ctx: Context,
): Promise<Fields> => {
  if (operation === "createSession") return { ...input, timeoutConfig: bendTimeouts(input, settings) };
  if (operation === "updateSessionTimeout") return { ...input, ...(await bendPatch(input, settings, ctx)) };
  const max = maxLimit[operation];
  if (max === undefined) return input;
  // That server shows all sessions to whoever does not say how many.
  const limit = toNumber(input.limit) ?? (operation === "listSessions" ? max : undefined);
  return { ...input, limit: limit === undefined ? undefined : clamp(limit, 1, max) };
};

/** A timeout out of range is refused there too; what is no number is as if it were not given. */
const bendPatch = async (input: Fields, { limits }: LenientSettings, ctx: Context): Promise<Fields> => {
  const timeoutMinutes = whole(input.timeoutMinutes);
  const shortest =
    timeoutMinutes ?? (await currentTimeoutMinutes(input.sessionId, ctx)) ?? limits.minTimeoutMinutes;
  return {
    timeoutMinutes,
    autoRenew: input.autoRenew ?? undefined,
    maxDurationMinutes: bend(input.maxDurationMinutes, shortest, longestDurationMinutes),
    warningThresholdMinutes: bend(input.warningThresholdMinutes, 1, longestDurationMinutes),
  };
};

/** Undefined where it can't be read: the operation then says why. */
const currentTimeoutMinutes = async (sessionId: unknown, ctx: Context): Promise<number | undefined> => {
  const session = await createCaller(ctx)
    .getSession({ sessionId: String(sessionId) })
    .catch(() => undefined);
  return session?.timeoutConfig.timeoutMinutes;
};

const bendTimeouts = ({ timeoutConfig, agentId }: Fields, settings: LenientSettings): unknown => {
  if (timeoutConfig === null) return undefined;
  if (typeof timeoutConfig !== "object" || Array.isArray(timeoutConfig)) return timeoutConfig;
  const given = timeoutConfig as Partial<Record<keyof TimeoutConfig, unknown>>;
  const { minTimeoutMinutes, maxTimeoutMinutes } = settings.limits;
  const timeoutMinutes = bend(given.timeoutMinutes, minTimeoutMinutes, maxTimeoutMinutes);
  const shortest = timeoutMinutes ?? settings.defaultTimeoutMinutes(agentId);
  return {
    timeoutMinutes,
    autoRenew: given.autoRenew ?? undefined,
    maxDurationMinutes: bend(given.maxDurationMinutes, shortest, longestDurationMinutes),
    warningThresholdMinutes: bend(given.warningThresholdMinutes, 1, longestDurationMinutes),
  };
};

const whole = (value: unknown): number | undefined => {
  const number = toNumber(value);
  return number === undefined || !Number.isFinite(number) ? number : Math.round(number);
};

const bend = (value: unknown, min: number, max: number): number | undefined => {
  const number = toNumber(value);
  return number === undefined ? undefined : clamp(number, min, max);
};

const clamp = (value: number, min: number, max: number): number =>
  Math.min(max, Math.max(min, Number.isFinite(value) ? Math.round(value) : value));

/** Undefined for what is no number, numerals in quotes excepted. */
const toNumber = (value: unknown): number | undefined => {
  if (typeof value === "number") return Number.isNaN(value) ? undefined : value;
  if (typeof value !== "string" || value.trim() === "") return undefined;
  const number = Number(value);
  return Number.isNaN(number) ? undefined : number;
};
