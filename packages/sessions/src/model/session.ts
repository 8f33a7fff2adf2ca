import { z } from "zod";
import { type TimeoutConfig, timeoutConfigSchema } from "./timeout-policy.js";

export type JsonObject = { readonly [key: string]: unknown };
export const jsonObjectSchema = z.record(z.string(), z.unknown());

/** ISO 8601 in UTC, with milliseconds as {@link toIso} writes it. */
export const isoTimeSchema = z.iso.datetime();

/** A live session as the store has it. All times are milliseconds since the epoch, by the store's clock. */
export interface Session {
  readonly sessionId: string;
  readonly channelId: string;
  readonly agentId: string;
  readonly userId: string;
  readonly createdAt: number;
  readonly lastActivity: number;
  readonly expiresAt: number;
  readonly timeoutConfig: TimeoutConfig;
  readonly renewalCount: number;
  readonly metadata: JsonObject;
  /** The seq of the channel's newest message, 0 if it has none. */
  readonly lastSeq: number;
  /** Number of messages of this session, without those of earlier sessions in the same channel. */
  readonly messageCount: number;
}

/** A session as callers see it. `timeRemaining` is in milliseconds and never negative. */
export const sessionInfoSchema = z
  .object({
    sessionId: z.string(),
    channelId: z.string(),
    agentId: z.string(),
    userId: z.string(),
    createdAt: isoTimeSchema,
    lastActivity: isoTimeSchema,
    metadata: jsonObjectSchema,
    expiresAt: isoTimeSchema,
    timeoutConfig: timeoutConfigSchema,
    renewalCount: z.int().min(0),
    timeRemaining: z.int().min(0),
    isNearExpiration: z.boolean(),
  })
  .meta({ id: "SessionInfo" });

export type SessionInfo = z.output<typeof sessionInfoSchema>;

export const toIso = (time: number): string => new Date(time).toISOString();

export const isNearExpiration = (session: Session, now: number): boolean =>
  session.expiresAt - now <= session.timeoutConfig.warningThresholdMinutes * 60_000;

export const toSessionInfo = (session: Session, now: number): SessionInfo => ({
  sessionId: session.sessionId,
  channelId: session.channelId,
  agentId: session.agentId,
  userId: session.userId,
  createdAt: toIso(session.createdAt),
  lastActivity: toIso(session.lastActivity),
  metadata: session.metadata,
  expiresAt: toIso(session.expiresAt),
  timeoutConfig: session.timeoutConfig,
  renewalCount: session.renewalCount,
  timeRemaining: Math.max(0, session.expiresAt - now),
  isNearExpiration: isNearExpiration(session, now),
});
