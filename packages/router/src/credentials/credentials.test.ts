import { createHash, createSecretKey, generateKeyPairSync, hkdfSync } from "node:crypto";
import { propertyRuns } from "@adjourn/testkit";
import fc from "fast-check";
import { SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, test } from "vitest";
import {
  adminKey,
  clock,
  create,
  invalid,
  keysOf,
  serviceKey,
  sessionId,
} from "../../test/test-credentials.js";
import type { Credentials } from "../context.js";

describe("keys", () => {
  test("have the role and the name that the operator gave", async () => {
    const credentials = create();
    expect(await credentials.authenticate(adminKey)).toEqual({ role: "admin", name: "ops" });
    expect(await credentials.authenticate(serviceKey)).toEqual({ role: "service", name: null });
  });

  test("can be several at once, each with its name, so that one can be changed for another", async () => {
    const adminKeys = ["old", "new", "ops"].map((name) => ({ name, key: `admin-key-number-one-${name}` }));
    const serviceKeys = [{ name: "old", key: "service-key-number-one" }];
    const credentials = create({ adminKeys, serviceKeys });
    for (const { name, key } of adminKeys)
      expect(await credentials.authenticate(key)).toEqual({ role: "admin", name });
    expect(await credentials.authenticate("service-key-number-one")).toEqual({
      role: "service",
      name: "old",
    });
    const later = create({ adminKeys: adminKeys.slice(1), serviceKeys });
    expect(await later.authenticate("admin-key-number-one-old")).toEqual(invalid);
    expect(await later.authenticate("admin-key-number-one-new")).toEqual({ role: "admin", name: "new" });
  });

  test("that are missing, wrong, shortened or lengthened open nothing", async () => {
    const credentials = create();
    expect(await credentials.authenticate(null)).toEqual({ role: "nobody", why: "missing" });
    expect(await credentials.authenticate("")).toEqual({ role: "nobody", why: "missing" });
    for (const wrong of [
      adminKey.slice(1),
      adminKey.slice(0, -1),
      `${adminKey} `,
      adminKey.toUpperCase(),
      "ops",
    ])
      expect(await credentials.authenticate(wrong)).toEqual(invalid);
  });

  test("are not taken where only a ticket may come, nor is a session's token", async () => {
    const credentials = create();
    expect(await credentials.authenticate(adminKey, "ticket")).toEqual(invalid);
    expect(await credentials.authenticate(await credentials.sessionToken(sessionId), "ticket")).toEqual(
      invalid,
    );
  });

  test("where none is set, everyone is anonymous and a ticket can be had all the same", async () => {
    const credentials = create({ adminKeys: [], serviceKeys: [] });
    expect(credentials.inUse).toBe(false);
    const { ticket } = await credentials.ticket({ role: "anonymous" });
    for (const brought of [null, ticket, "whatever"])
      expect(await credentials.authenticate(brought)).toEqual({ role: "anonymous" });
    expect(await create().authenticate(ticket)).toEqual(invalid);
  });
});

describe("session tokens", () => {
  test("name their session, on every node with the same secret, in whatever order the keys were given", async () => {
    const keys = [
      { name: "a", key: adminKey },
      { name: "b", key: `${adminKey}-b` },
    ];
    const token = await create({ adminKeys: keys }).sessionToken(sessionId);
    expect(await create({ adminKeys: [...keys].reverse() }).authenticate(token)).toEqual({
      role: "session",
      sessionId,
    });
  });

  test("of another secret are worth nothing", async () => {
    const token = await create({ signingKeys: keysOf("one secret of ours") }).sessionToken(sessionId);
    const other = create({ signingKeys: keysOf("another secret of ours") });
    expect(await other.authenticate(token)).toEqual(invalid);
    expect(await create().authenticate(token)).toEqual(invalid);
  });

  test("random text is no credential", async () => {
    const credentials = create();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", minLength: 1 }), async (text) => {
        expect(await credentials.authenticate(text)).toEqual(invalid);
      }),
      propertyRuns(),
    );
  });
});

describe.each([
  { kind: "session tokens", mint: (by: Credentials) => by.sessionToken(sessionId), as: "session" as const },
  {
    kind: "tickets",
    mint: async (by: Credentials) => (await by.ticket({ role: "admin", name: "ops" })).ticket,
    as: "ticket" as const,
  },
])("$kind", ({ mint, as }) => {
  const alphabet = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=~ "];

  test("that were altered in any character, shortened or lengthened are worth nothing", async () => {
    const credentials = create();
    const token = await mint(credentials);
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom(...alphabet), async (at, character) => {
        fc.pre(token[at] !== character);
        for (const altered of [
          token.slice(0, at) + character + token.slice(at + 1),
          token.slice(0, at) + character + token.slice(at),
          token.slice(0, at) + token.slice(at + 1),
          token.slice(0, at),
          token + character,
        ])
          expect(await credentials.authenticate(altered)).toMatchObject({ role: "nobody" });
      }),
      propertyRuns(300),
    );
  });

  test("can be spelled in one way only, down to the last character", async () => {
    const credentials = create();
    const token = await mint(credentials);
    for (const last of alphabet)
      if (last !== token.at(-1))
        expect(await credentials.authenticate(token.slice(0, -1) + last)).toEqual(invalid);
  });

  test("are known wherever the secret is, whatever the keys there, and nowhere else", async () => {
    const secrets = fc.string({ minLength: 16, maxLength: 40 });
    const otherKeys = { adminKeys: [{ name: "next", key: "another-admin-key-of-ours" }], serviceKeys: [] };
    await fc.assert(
      fc.asyncProperty(secrets, secrets, async (secret, other) => {
        fc.pre(secret !== other);
        const token = await mint(create({ signingKeys: keysOf(secret) }));
        const elsewhere = create({ signingKeys: keysOf(secret), ...otherKeys });
        expect(await elsewhere.authenticate(token)).not.toMatchObject({ role: "nobody" });
        expect(await create({ signingKeys: keysOf(other) }).authenticate(token)).toEqual(invalid);
        expect(await create().authenticate(token)).toEqual(invalid);
      }),
      propertyRuns(),
    );
  });

  test("outlive a change of the keys", async () => {
    const token = await mint(create());
    const changed = create({
      adminKeys: [{ name: "next", key: "another-admin-key-of-ours" }],
      serviceKeys: [],
    });
    expect(await changed.authenticate(token)).not.toMatchObject({ role: "nobody" });
  });

  test("can't be signed by who knows the keys", async () => {
    const credentials = create();
    const claims = {
      issuedAt: clock.time,
      until: clock.time + 60_000,
      principal: { role: "admin", name: null },
    };
    const known = [`service:${serviceKey}`, `admin:${adminKey}`, serviceKey, adminKey];
    for (const material of [...known, `admin:${adminKey}\nservice:${serviceKey}`])
      for (const key of [
        new Uint8Array(hkdfSync("sha256", material, "adjourn", "session tokens and tickets", 32)),
        new Uint8Array(hkdfSync("sha256", material, "adjourn", "tickets", 32)),
        new Uint8Array(hkdfSync("sha256", material, "adjourn", "session tokens", 32)),
        createHash("sha256").update(material).digest(),
      ]) {
        const forged = new SignJWT(claims)
          .setProtectedHeader({ alg: "HS256", typ: `adjourn-${as}+jwt` })
          .setAudience(`adjourn:${as}`)
          .setSubject(sessionId);
        expect(await credentials.authenticate(await forged.sign(key))).toEqual(invalid);
      }
  });

  test("without a signature, signed in another way or with a key that anyone could guess are worth nothing", async () => {
    const secret = "a secret of the operator's";
    const credentials = create({ signingKeys: keysOf(secret) });
    const known = keysOf(secret)[as];
    const claims = {
      issuedAt: clock.time,
      until: clock.time + 60_000,
      principal: { role: "admin", name: null },
    };
    const typ = `adjourn-${as}+jwt`;
    const audience = `adjourn:${as}`;
    const signed = (alg: string, key: Parameters<SignJWT["sign"]>[0]) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg, typ })
        .setAudience(audience)
        .setSubject(sessionId)
        .sign(key);
    expect(await credentials.authenticate(await signed("HS256", known))).not.toMatchObject({
      role: "nobody",
    });
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
    const long = Buffer.concat([known, known]);
    for (const forged of [
      new UnsecuredJWT(claims).setAudience(audience).setSubject(sessionId).encode(),
      await signed("HS384", long),
      await signed("HS512", long),
      await signed("RS256", privateKey),
      await signed("HS256", createSecretKey(Buffer.alloc(32))),
      await signed("HS256", createSecretKey(Buffer.from(secret))),
    ])
      expect(await credentials.authenticate(forged)).toEqual(invalid);
    const [head = "", body = ""] = (await signed("HS256", known)).split(".");
    for (const alg of ["none", "None", "NONE", ""]) {
      const unsigned = Buffer.from(JSON.stringify({ alg, typ })).toString("base64url");
      for (const forged of [
        `${unsigned}.${body}.`,
        `${unsigned}.${body}`,
        `${head}.${body}.`,
        `${head}.${body}`,
      ])
        expect(await credentials.authenticate(forged)).toEqual(invalid);
    }
  });
});
