import { createHash, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import { jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import type { Credentials, Principal } from "./context.js";

/** An operator's key; `name` is null where it was given without one. */
export interface NamedKey {
  readonly name: string | null;
  readonly key: string;
}

export interface CredentialOptions {
  readonly adminKeys: readonly NamedKey[];
  readonly serviceKeys: readonly NamedKey[];
  /** Signs session tokens and tickets; derived from the keys where it is not given, random where there are none. */
  readonly secret?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const ticketLifetimeMs = 60_000;
/** A token says what it is in its audience and its `typ`, so that none passes for the other. */
const kinds = {
  session: { audience: "adjourn:session", typ: "adjourn-session+jwt" },
  ticket: { audience: "adjourn:ticket", typ: "adjourn-ticket+jwt" },
} as const;
const algorithm = "HS256";

/** An `anonymous` caller's ticket has none of these: with keys in use it opens nothing, without them none is needed. */
const ticketClaims = z.object({
  until: z.int(),
  principal: z.discriminatedUnion("role", [
    z.object({ role: z.enum(["admin", "service"]), name: z.string().nullable() }),
    z.object({ role: z.literal("session"), sessionId: z.string() }),
  ]),
});

/** Mints and checks what callers bring. Where no key is set, everyone is `anonymous`, whatever they bring. */
export const createCredentials = (options: CredentialOptions): Credentials => {
  const keys = [
    ...options.adminKeys.map((key) => ({ role: "admin" as const, name: key.name, digest: digest(key.key) })),
    ...options.serviceKeys.map((key) => ({
      role: "service" as const,
      name: key.name,
      digest: digest(key.key),
    })),
  ];
  const inUse = keys.length > 0;
  const secret = signingSecret(options);

  const matchKey = (credential: string): Principal | null => {
    const given = digest(credential);
    let match: Principal | null = null;
    // Every key is compared, so that the time taken tells nothing of which one it was.
    for (const { role, name, digest } of keys)
      if (timingSafeEqual(given, digest) && match === null) match = { role, name };
    return match;
  };

  const sign = (kind: keyof typeof kinds, claims: Record<string, unknown>): SignJWT =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: algorithm, typ: kinds[kind].typ })
      .setAudience(kinds[kind].audience);

  const verify = async (kind: keyof typeof kinds, token: string) => {
    if (!isCanonical(token)) return null;
    try {
      const { payload } = await jwtVerify(token, secret, { algorithms: [algorithm], ...kinds[kind] });
      return payload;
    } catch {
      return null;
    }
  };

  const matchTicket = async (credential: string): Promise<Principal | null> => {
    const claims = ticketClaims.safeParse(await verify("ticket", credential));
    if (!claims.success || claims.data.until <= options.now()) return null;
    return { ...claims.data.principal, ticketUntil: claims.data.until };
  };

  const matchSession = async (credential: string): Promise<Principal | null> => {
    const sessionId = (await verify("session", credential))?.sub;
    return sessionId === undefined ? null : { role: "session", sessionId };
  };

  return {
    inUse,
    async authenticate(credential, allowed = "any") {
      if (!inUse) return { role: "anonymous" };
      if (credential === null || credential === "") return { role: "nobody", why: "missing" };
      const principal =
        allowed === "ticket"
          ? await matchTicket(credential)
          : (matchKey(credential) ?? (await matchSession(credential)) ?? (await matchTicket(credential)));
      return principal ?? { role: "nobody", why: "invalid" };
    },
    sessionToken: (sessionId) => sign("session", {}).setSubject(sessionId).sign(secret),
    async ticket(principal) {
      const until = options.now() + ticketLifetimeMs;
      const expiresAt = "ticketUntil" in principal ? Math.min(until, principal.ticketUntil ?? until) : until;
      const { ticketUntil: _, ...rights } = { ticketUntil: undefined, ...principal };
      return {
        ticket: await sign("ticket", { principal: rights, until: expiresAt }).sign(secret),
        expiresAt,
      };
    },
  };
};

/** Base64url ignores two bits of a signature's last character: four spellings of one token, of which we gave out one. */
const isCanonical = (token: string): boolean => {
  const signature = token.slice(token.lastIndexOf(".") + 1);
  return Buffer.from(signature, "base64url").toString("base64url") === signature;
};

const digest = (text: string): Buffer => createHash("sha256").update(text, "utf8").digest();

/** Nodes that share their keys share the secret too; the order in which the keys were named makes no difference. */
const signingSecret = ({ adminKeys, serviceKeys, secret }: CredentialOptions): Uint8Array => {
  const named = (role: string, keys: readonly NamedKey[]) => keys.map(({ key }) => `${role}:${key}`).sort();
  const material = secret ?? [...named("admin", adminKeys), ...named("service", serviceKeys)].join("\n");
  if (material === "") return randomBytes(32);
  return new Uint8Array(hkdfSync("sha256", material, "adjourn", "session tokens and tickets", 32));
};
