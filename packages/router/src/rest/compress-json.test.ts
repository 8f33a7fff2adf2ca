import { describe, expect, it } from "vitest";
import { acceptsGzip, mayCompress } from "./compress-json.js";

const accepts = (value: string | undefined) =>
  acceptsGzip({ headers: value === undefined ? {} : { "accept-encoding": value } });

describe("a caller accepts gzip", () => {
  it.each(["gzip", "gzip, deflate, br", "br;q=1.0, GZIP;q=0.1", "*", "identity, *;q=0.5"])(
    "with %j",
    (value) => {
      expect(accepts(value)).toBe(true);
    },
  );

  it.each([undefined, "", "br", "gzip;q=0", "*;q=0", "*, gzip;q=0", "gzip;q=nonsense", "xgzip"])(
    "not with %j",
    (value) => {
      expect(accepts(value)).toBe(false);
    },
  );
});

it("no answer with a token or a ticket is compressed, also not in a batch", () => {
  for (const operation of ["createSession", "issueTicket", "endSession", "listAgents", "toString"])
    expect(mayCompress([operation])).toBe(false);
  expect(mayCompress(["listSessions", "issueTicket"])).toBe(false);
  expect(mayCompress(["listSessions", "listEndings"])).toBe(true);
});
