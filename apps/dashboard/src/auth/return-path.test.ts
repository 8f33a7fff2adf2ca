import { describe, expect, it } from "vitest";
import { loginPath, returnPath } from "./return-path";

describe("the page after signing in", () => {
  it("is the one that was asked for, with its query", () => {
    for (const path of ["/", "/sessions", "/sessions/1?tab=a&q=%26", "/endings?cause=bulk#top"])
      expect(returnPath(path)).toBe(path);
  });

  it("is never another site's, nor the login page, nor a call", () => {
    for (const given of [
      "//evil.example/x",
      "/\\evil.example",
      "/\t/evil.example",
      "/.//evil.example",
      "https://evil.example/",
      "javascript:alert(1)",
      "sessions",
      "/login?next=/login",
      "/login",
      "/api/sign-out",
      `/${"x".repeat(2_000)}`,
      "",
      undefined,
      ["/sessions"],
    ])
      expect(returnPath(given), String(given)).toBe("/");
  });

  it("survives the way over the login page", () => {
    const path = "/sessions/1?q=a b&agentId=%26";
    const back = new URL(loginPath(path, "wrong"), "http://dashboard.invalid");
    expect(back.pathname).toBe("/login");
    expect(back.searchParams.get("answer")).toBe("wrong");
    expect(back.searchParams.get("next")).toBe("/sessions/1?q=a%20b&agentId=%26");
    expect(loginPath("/")).toBe("/login");
  });
});
