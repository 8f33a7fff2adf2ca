import { createHash, timingSafeEqual } from "node:crypto";
import { type JWTPayload, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import type { Credentials, Principal } from "../context.js";

/** An operator's key. `name` is null if the key was configured without one. */
export interface NamedKey {
  readonly name: string | null;
  readonly key: string;
}

export interface CredentialOptions {
  readonly adminKeys: readonly NamedKey[];
  readonly serviceKeys: readonly NamedKey[];
  /** The same on every node. Never derived from a key, since the key's holder could sign anything. */
  readonly signingKeys: SigningKeys;
  /** Milliseconds since the epoch, by the clock that all nodes share. */
  readonly now: () => number;
}

/** 32 bytes each. */
export interface SigningKeys {
  readonly session: Uint8Array;
  readonly ticket: Uint8Array;
}

const ticketLifetimeMs = 60_000;
/** Tolerated clock difference between nodes, in ms. */
const clockToleranceMs = 5_000;
/** Audience and `typ` distinguish the kinds of tokens, so that one kind is never accepted as another. */
const kinds = {
  session: { audience: "adjourn:session", typ: "adjourn-session+jwt" },
  ticket: { audience: "adjourn:ticket", typ: "adjourn-ticket+jwt" },
} as const;
const algorithm = "HS256";

/** An `anonymous` caller's ticket has none of these. It grants nothing once keys are configured. */
const ticketClaims = z.object({
  issuedAt: z.int(),
  until: z.int(),
  principal: z.discriminatedUnion("role", [
    z.object({ role: z.enum(["admin", "service"]), name: z.string().nullable() }),
    z.object({ role: z.literal("session"), sessionId: z.string() }),
  ]),
});

/** Creates the credentials of a server. Without configured keys, every caller is `anonymous`. */
export const createCredentials = (options: CredentialOptions): Credentials => {
  const matchKey = createKeyMatcher(options);
  const tokens = new SignedTokens(options.signingKeys, options.now);
  const inUse = options.adminKeys.length + options.serviceKeys.length > 0;
  return {
    inUse,
    async authenticate(credential, allowed = "any") {
      if (!inUse) return { role: "anonymous" };
      if (credential === null || credential === "") return { role: "nobody", why: "missing" };
      const principal =
        allowed === "ticket"
          ? await tokens.matchTicket(credential)
          : (matchKey(credential) ??
            (await tokens.matchSession(credential)) ??
            (await tokens.matchTicket(credential)));
      return principal ?? { role: "nobody", why: "invalid" };
    },
    sessionToken: (sessionId) => tokens.sessionToken(sessionId),
    ticket: (principal) => tokens.ticket(principal),
  };
};

const createKeyMatcher = ({ adminKeys, serviceKeys }: CredentialOptions) => {
  const digestsOf = <Role extends "admin" | "service">(role: Role, keys: readonly NamedKey[]) =>
    keys.map(({ name, key }) => ({ role, name, digest: digest(key) }));
  const keys = [...digestsOf("admin", adminKeys), ...digestsOf("service", serviceKeys)];
  return (credential: string): Principal | null => {
    const given = digest(credential);
    let match: Principal | null = null;
    // Every key is compared, so that the duration does not reveal which one matched.
    for (const { role, name, digest } of keys)
      if (timingSafeEqual(given, digest) && match === null) match = { role, name };
    return match;
  };
};

/** Issues and verifies session tokens and tickets. */
class SignedTokens {
  constructor(
    private readonly keys: SigningKeys,
    private readonly now: () => number,
  ) {}

  sessionToken(sessionId: string): Promise<string> {
    return this.sign("session", {}).setSubject(sessionId).sign(this.keys.session);
  }

  async ticket(principal: Principal): Promise<{ readonly ticket: string; readonly expiresAt: number }> {
    const issuedAt = this.now();
    const until = issuedAt + ticketLifetimeMs;
    const expiresAt = "ticketUntil" in principal ? Math.min(until, principal.ticketUntil ?? until) : until;
    const { ticketUntil: _, ...rights } = { ticketUntil: undefined, ...principal };
    const claims = { principal: rights, issuedAt, until: expiresAt };
    return { ticket: await this.sign("ticket", claims).sign(this.keys.ticket), expiresAt };
  }

  async matchTicket(credential: string): Promise<Principal | null> {
    const claims = ticketClaims.safeParse(await this.verify("ticket", credential));
    if (!claims.success) return null;
    const { issuedAt, until, principal } = claims.data;
    const now = this.now();
    // The lifetime is checked here as well, so that a signature alone cannot make a longer or a later ticket valid.
    if (until <= now || until > issuedAt + ticketLifetimeMs || issuedAt > now + clockToleranceMs) return null;
    return { ...principal, ticketUntil: until };
  }

  async matchSession(credential: string): Promise<Principal | null> {
    const sessionId = (await this.verify("session", credential))?.sub;
    return sessionId === undefined ? null : { role: "session", sessionId };
  }

  private sign(kind: keyof typeof kinds, claims: Record<string, unknown>): SignJWT {
    return new SignJWT(claims)
      .setProtectedHeader({ alg: algorithm, typ: kinds[kind].typ })
      .setAudience(kinds[kind].audience);
  }

  private async verify(kind: keyof typeof kinds, token: string): Promise<JWTPayload | null> {
    if (!isCanonical(token)) return null;
    try {
      const allowed = { algorithms: [algorithm], ...kinds[kind] };
      return (await jwtVerify(token, this.keys[kind], allowed)).payload;
    } catch {
      return null;
    }
  }
}

/** Base64url ignores two bits of a signature's last character, so a token has four spellings. Only the issued one is accepted. */
const isCanonical = (token: string): boolean => {
  const signature = token.slice(token.lastIndexOf(".") + 1);
  return Buffer.from(signature, "base64url").toString("base64url") === signature;
};

const digest = (text: string): Buffer => createHash("sha256").update(text, "utf8").digest();
