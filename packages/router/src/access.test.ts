import { SessionError } from "@adjourn/sessions";
import { describe, expect, test } from "vitest";
import { accessTable, callerOf, type OperationId, requireAccess } from "./access.js";
import type { Principal } from "./context.js";
import { routes } from "./rest/routes.js";
import { appRouter } from "./router.js";

const admin: Principal = { role: "admin", name: "ops" };
const service: Principal = { role: "service", name: null };
const session: Principal = { role: "session", sessionId: "mine" };
const anonymous: Principal = { role: "anonymous" };
const operations = Object.keys(accessTable) as OperationId[];

const verdict = (operation: string, principal: Principal, input: unknown = {}): string => {
  try {
    requireAccess(operation, principal, input);
    return "allowed";
  } catch (error) {
    if (error instanceof SessionError) return error.code;
    throw error;
  }
};

test("every procedure has its row, and every row its procedure and its route, apart from the admins' feed and the exports", () => {
  expect(Object.keys(appRouter._def.procedures).sort()).toEqual(
    operations.filter((operation) => !operation.startsWith("export")).sort(),
  );
  expect(routes.map(({ operation }) => operation).sort()).toEqual(
    operations.filter((operation) => operation !== "adminEvents").sort(),
  );
});

test("what has no row is refused to everyone", () => {
  for (const principal of [admin, service, session, anonymous])
    for (const unknown of ["dropEverything", "", "toString", "__proto__", "constructor"])
      expect(verdict(unknown, principal)).toBe("FORBIDDEN");
});

test("a caller without a valid key may do nothing", () => {
  for (const operation of operations)
    for (const why of ["missing", "invalid"] as const)
      expect(verdict(operation, { role: "nobody", why }, { sessionId: "mine", userId: "u" })).toBe(
        "UNAUTHORIZED",
      );
});

test("an admin, and anyone where no keys are in use, may do everything", () => {
  for (const operation of operations)
    for (const principal of [admin, anonymous]) expect(verdict(operation, principal)).toBe("allowed");
});

test("a service key may do what a backend needs, and nothing that reaches over all users", () => {
  const refused = operations.filter(
    (operation) => verdict(operation, service, { sessionId: "any" }) !== "allowed",
  );
  expect(refused.sort()).toEqual([
    "adminEvents",
    "blockUser",
    "endSessions",
    "eraseChannel",
    "eraseUser",
    "exportEndings",
    "getStatistics",
    "listBlocks",
    "listEndings",
    "listSessions",
    "listWebhookDeliveries",
    "resendWebhook",
    "unblockUser",
  ]);
});

describe("a service key lists and ends sessions", () => {
  test.each([
    ["listSessions", { userId: "u" }, "allowed"],
    ["listSessions", { sessionIds: ["s"] }, "FORBIDDEN"],
    ["listSessions", { agentId: "a" }, "FORBIDDEN"],
    ["listSessions", { userId: null }, "FORBIDDEN"],
    ["listSessions", undefined, "FORBIDDEN"],
    ["endSessions", { userId: "u" }, "allowed"],
    ["endSessions", { sessionIds: ["s"] }, "allowed"],
    ["endSessions", { agentId: "a" }, "FORBIDDEN"],
    ["endSessions", "text", "FORBIDDEN"],
  ])("%s with %j: %s", (operation, input, expected) => {
    expect(verdict(operation, service, input)).toBe(expected);
  });

  test("and where a body is still to come, only once it has been read", () => {
    expect(() => requireAccess("endSessions", service, {}, "address")).not.toThrow();
    expect(() => requireAccess("listEndings", service, {}, "address")).toThrow();
    expect(() => requireAccess("getSession", session, undefined, "address")).toThrow();
    expect(() => requireAccess("getSession", session, undefined, "nothing")).not.toThrow();
    expect(() => requireAccess("listEndings", session, undefined, "nothing")).toThrow();
  });
});

test("a session's token may take part in its own session and in no other", () => {
  const own = operations.filter(
    (operation) => verdict(operation, session, { sessionId: "mine" }) === "allowed",
  );
  expect(own.sort()).toEqual([
    "cancelReply",
    "endSession",
    "getSession",
    "getSessionMessages",
    "issueTicket",
    "renewSession",
    "sendSessionMessage",
    "sessionEvents",
    "sessionHeartbeat",
  ]);
  for (const operation of own.filter((one) => one !== "issueTicket"))
    for (const input of [{ sessionId: "another" }, { sessionId: ["mine"] }, {}, undefined, null])
      expect(verdict(operation, session, input)).toBe("FORBIDDEN");
});

test("an ending names the role that asked for it, and the key by its name", () => {
  expect(callerOf({ principal: admin })).toEqual({ endedBy: "admin", actor: "ops" });
  expect(callerOf({ principal: service })).toEqual({ endedBy: "service", actor: null });
  expect(callerOf({ principal: session })).toEqual({ endedBy: "session", actor: null });
  expect(callerOf({ principal: anonymous })).toEqual({ endedBy: "anonymous", actor: null });
});
