import type { ErrorCode, Outputs } from "@adjourn/sessions";
import type { inferRouterError, inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { expectTypeOf, test } from "vitest";
import type { AppRouter } from "./index.js";

type Inputs = inferRouterInputs<AppRouter>;
type Results = inferRouterOutputs<AppRouter>;

test("a client sees each operation's result", () => {
  expectTypeOf<Results["endSession"]>().toEqualTypeOf<Outputs["endSession"]>();
  expectTypeOf<Results["createSession"]["token"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<Results["issueTicket"]>().toEqualTypeOf<{ ticket: string; expiresAt: string }>();
});

test("a client sees what may be left out", () => {
  expectTypeOf<{ sessionId: string }>().toExtend<Inputs["endSession"]>();
  expectTypeOf<undefined>().toExtend<Inputs["listSessions"]>();
});

test("a client sees an error's code, details and status", () => {
  type ErrorData = inferRouterError<AppRouter>["data"];
  expectTypeOf<ErrorData["session"]["code"]>().toEqualTypeOf<ErrorCode>();
  expectTypeOf<ErrorData["session"]["details"]>().toEqualTypeOf<Readonly<Record<string, unknown>>>();
  expectTypeOf<ErrorData["httpStatus"]>().toBeNumber();
  expectTypeOf<ErrorData>().not.toHaveProperty("stack");
});
