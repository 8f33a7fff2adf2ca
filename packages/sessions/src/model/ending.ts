import { z } from "zod";
import { SessionError, sessionNotFound } from "./errors.js";
import { usageSchema } from "./reply.js";
import { isoTimeSchema, toIso } from "./session.js";

export const endingCauses = ["requested", "bulk", "expired", "max_duration", "blocked"] as const;
export type EndingCause = (typeof endingCauses)[number];

/** A number for each cause. */
export const perCause = (countOf: (cause: EndingCause) => number): Record<EndingCause, number> =>
  // Each cause is among the entries, which TypeScript cannot see through `fromEntries`.
  Object.fromEntries(endingCauses.map((cause) => [cause, countOf(cause)])) as Record<EndingCause, number>;

export const endedByRoles = ["admin", "service", "session", "anonymous", "system"] as const;
export type EndedBy = (typeof endedByRoles)[number];

/** Present in an ending that a tool of an assistant caused. */
export const endedViaSchema = z.literal("mcp");
export type EndedVia = z.output<typeof endedViaSchema>;

/** The caller of an operation: its role, the name of its key or null, and the way it called if that is to be recorded. */
export interface Caller {
  readonly endedBy: EndedBy;
  readonly actor: string | null;
  readonly via?: EndedVia | undefined;
}

export const systemCaller: Caller = { endedBy: "system", actor: null };

/** An ending as callers see it. */
export const endingSchema = z
  .object({
    sessionId: z.string(),
    channelId: z.string(),
    agentId: z.string(),
    userId: z.string(),
    createdAt: isoTimeSchema,
    endedAt: isoTimeSchema,
    cause: z.enum(endingCauses),
    reason: z.string().nullable(),
    endedBy: z.enum(endedByRoles),
    actor: z.string().nullable(),
    via: endedViaSchema.optional(),
    messageCount: z.int().min(0),
    listenersDropped: z.int().min(0),
    operationsAborted: z.int().min(0),
    /** The sum over the session's replies, present if a model reported any. */
    usage: usageSchema.optional(),
  })
  .meta({ id: "Ending" });

export type Ending = z.output<typeof endingSchema>;

/** An ending as the store has it. Times are milliseconds since the epoch. */
export interface EndingRecord extends Readonly<Omit<Ending, "createdAt" | "endedAt">> {
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly lastSeq: number;
  readonly endedAt: number;
}

export const toEnding = ({ expiresAt: _, lastSeq: __, ...ending }: EndingRecord): Ending => ({
  ...ending,
  createdAt: toIso(ending.createdAt),
  endedAt: toIso(ending.endedAt),
});

export const hasExpired = ({ cause }: { cause: EndingCause }): boolean =>
  cause === "expired" || cause === "max_duration";

/** @returns `max_duration` if the maximum duration, not the timeout, determined the expiry */
export const expiryCause = (expiresAt: number, createdAt: number, maxDurationMinutes: number): EndingCause =>
  expiresAt >= createdAt + maxDurationMinutes * 60_000 ? "max_duration" : "expired";

/** The state of a session that is not live: ended, expired without an ending yet, or unknown. */
export type Gone =
  | { readonly state: "ended"; readonly ending: EndingRecord }
  | { readonly state: "expired"; readonly expiresAt: number }
  | { readonly state: "unknown" };

/** The error of an operation on a session that is gone: 410 if it expired, 404 otherwise. */
export const goneError = (sessionId: string, gone: Gone): SessionError => {
  if (gone.state === "expired") return sessionExpired(sessionId, gone.expiresAt);
  if (gone.state === "ended" && hasExpired(gone.ending))
    return sessionExpired(sessionId, gone.ending.expiresAt);
  return sessionNotFound(sessionId);
};

const sessionExpired = (sessionId: string, expiresAt: number): SessionError =>
  new SessionError("SESSION_EXPIRED", "Session has expired", { sessionId, expiresAt: toIso(expiresAt) });

/** The error of an operation that was pending when its session ended. */
export const sessionEnded = (ending: EndingRecord): SessionError =>
  new SessionError("SESSION_ENDED", "Session ended while the operation was pending", {
    sessionId: ending.sessionId,
    endedAt: toIso(ending.endedAt),
    cause: ending.cause,
    reason: ending.reason,
  });
