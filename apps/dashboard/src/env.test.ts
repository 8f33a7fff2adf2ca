import { describe, expect, it } from "vitest";
import { readEnv, SettingError } from "./env";

describe("the dashboard's settings", () => {
  it("have defaults, and the browser finds the API where this server does unless set otherwise", () => {
    expect(readEnv({})).toMatchObject({
      port: 3001,
      apiUrl: "http://127.0.0.1:3000",
      publicApiUrl: "http://127.0.0.1:3000",
    });
    expect(readEnv({ API_URL: "http://api:3000/" }).publicApiUrl).toBe("http://api:3000");
    expect(readEnv({ PUBLIC_API_URL: "https://api.example" }).publicApiUrl).toBe("https://api.example");
  });

  it("stop the start in one line that names the variable, what was given and what is allowed", () => {
    for (const [source, message] of [
      [{ DASHBOARD_HOST: "a b" }, 'DASHBOARD_HOST must be an IP address or a host name, but it is "a b"'],
      [
        { DASHBOARD_HOST: "0.0.0.0" },
        'DASHBOARD_HOST must be a loopback address as long as neither ADJOURN_ADMIN_KEY nor ADJOURN_SERVICE_KEY is set, but it is "0.0.0.0"',
      ],
      [
        { DASHBOARD_URL: "https://a.example/path" },
        'DASHBOARD_URL must be origins such as https://adjourn.example.com, comma-separated, but it is "https://a.example/path"',
      ],
      [
        { DASHBOARD_URL: "https://*.example" },
        'DASHBOARD_URL must be origins such as https://adjourn.example.com, comma-separated, but it is "https://*.example"',
      ],
      [
        { TRUST_PROXY: "yes" },
        'TRUST_PROXY must be 1, or IP addresses and networks, comma-separated, but it is "yes"',
      ],
      [{ DASHBOARD_PORT: "abc" }, 'DASHBOARD_PORT must be a port from 1 to 65535, but it is "abc"'],
      [{ DASHBOARD_PORT: "70000" }, 'DASHBOARD_PORT must be a port from 1 to 65535, but it is "70000"'],
      [{ API_URL: "ftp://x" }, 'API_URL must be an http or https address, but it is "ftp://x"'],
      [{ DASHBOARD_PORT: "" }, 'DASHBOARD_PORT must be a port from 1 to 65535, but it is ""'],
      [{ API_URL: "" }, 'API_URL must be an http or https address, but it is ""'],
      [{ PUBLIC_API_URL: "" }, 'PUBLIC_API_URL must be an http or https address, but it is ""'],
      [{ PUBLIC_API_URL: "x" }, 'PUBLIC_API_URL must be an http or https address, but it is "x"'],
    ] as const)
      expect(() => readEnv(source)).toThrow(new SettingError(message));
  });

  it("do not repeat a secret that is too short", () => {
    expect(() => readEnv({ ADJOURN_SECRET: "short-secret" })).toThrow(/^(?!.*short-secret).*32 characters/);
    expect(() => readEnv({ ADJOURN_SECRET: " ".repeat(32) })).toThrow("32 characters");
    expect(() => readEnv({ ADJOURN_SECRET: "" })).toThrow("32 characters");
  });
});
