import { propertyRuns } from "@adjourn/testkit";
import fc from "fast-check";
import { SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import { clock, create, invalid, sessionId, signingKeys } from "../../test/test-credentials.js";

describe("tickets", () => {
  const rights = fc.oneof(
    fc.record({ role: fc.constantFrom("admin" as const, "service" as const), name: fc.option(fc.string()) }),
    fc.record({ role: fc.constant("session" as const), sessionId: fc.string() }),
  );

  test("have the rights of who asked, for 60 s and no longer", async () => {
    await fc.assert(
      fc.asyncProperty(rights, fc.nat(59_999), async (principal, later) => {
        const credentials = create();
        const asked = clock.time;
        const { ticket, expiresAt } = await credentials.ticket(principal);
        expect(expiresAt).toBe(asked + 60_000);
        clock.time = asked + later;
        expect(await credentials.authenticate(ticket, "ticket")).toEqual({
          ...principal,
          ticketUntil: expiresAt,
        });
        clock.time = asked + 60_000;
        expect(await credentials.authenticate(ticket)).toEqual(invalid);
      }),
      propertyRuns(),
    );
  });

  test("are no session tokens, whatever they carry", async () => {
    const credentials = create();
    const principal = { role: "session" as const, sessionId };
    const { ticket } = await credentials.ticket(principal);
    clock.time += 60_001;
    expect(await credentials.authenticate(ticket)).toEqual(invalid);
  });

  test("and tokens say what they are: claims of both kinds, rightly signed for one, do not pass for the other", async () => {
    const credentials = create();
    const claims = {
      issuedAt: clock.time,
      until: clock.time + 60_000,
      principal: { role: "admin", name: null },
    };
    const signed = (key: Uint8Array, audience: string, typ: string) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: "HS256", typ })
        .setAudience(audience)
        .setSubject(sessionId)
        .sign(key);
    const { session, ticket } = signingKeys;
    const token = await signed(session, "adjourn:session", "adjourn-session+jwt");
    expect(await credentials.authenticate(token)).toEqual({ role: "session", sessionId });
    expect(await credentials.authenticate(token, "ticket")).toEqual(invalid);
    const signedTicket = await signed(ticket, "adjourn:ticket", "adjourn-ticket+jwt");
    expect(await credentials.authenticate(signedTicket)).toMatchObject({ role: "admin" });
    for (const wrong of [
      await signed(ticket, "adjourn:ticket", "JWT"),
      await signed(session, "elsewhere", "adjourn-session+jwt"),
      await signed(ticket, "adjourn:session", "adjourn-session+jwt"),
      await signed(session, "adjourn:ticket", "adjourn-ticket+jwt"),
    ])
      expect(await credentials.authenticate(wrong)).toEqual(invalid);
  });

  test("that say they are good for longer, or from later on, are refused although they are rightly signed", async () => {
    const credentials = create();
    const signed = (claims: Record<string, unknown>) =>
      new SignJWT({ principal: { role: "admin", name: null }, ...claims })
        .setProtectedHeader({ alg: "HS256", typ: "adjourn-ticket+jwt" })
        .setAudience("adjourn:ticket")
        .sign(signingKeys.ticket);
    for (const claims of [
      { issuedAt: clock.time, until: clock.time + 60_001 },
      { issuedAt: clock.time, until: Number.MAX_SAFE_INTEGER },
      { issuedAt: clock.time + 3_600_000, until: clock.time + 3_660_000 },
      { issuedAt: Number.MAX_SAFE_INTEGER - 60_000, until: Number.MAX_SAFE_INTEGER },
      { until: clock.time + 60_000 },
      { issuedAt: null, until: clock.time + 60_000 },
    ])
      expect(await credentials.authenticate(await signed(claims))).toEqual(invalid);
    const good = await signed({ issuedAt: clock.time, until: clock.time + 60_000 });
    expect(await credentials.authenticate(good)).toMatchObject({ role: "admin" });
  });

  test("can't be used to get a ticket that lasts longer", async () => {
    const credentials = create();
    const { ticket, expiresAt } = await credentials.ticket({ role: "admin", name: "ops" });
    clock.time += 59_000;
    const next = await credentials.ticket(await credentials.authenticate(ticket));
    expect(next.expiresAt).toBe(expiresAt);
    clock.time += 1_000;
    expect(await credentials.authenticate(next.ticket)).toEqual(invalid);
  });
});
