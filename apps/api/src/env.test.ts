import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { SettingError } from "@adjourn/server";
import { describe, expect, it } from "vitest";
import { readSettings } from "./env.js";

const adminKey = "an-admin-key-of-the-tests";
const serviceKey = "a-service-key-of-the-tests";

const messageOf = (env: NodeJS.ProcessEnv): string => {
  try {
    readSettings(env);
  } catch (error) {
    expect(error).toBeInstanceOf(SettingError);
    return (error as SettingError).message;
  }
  throw new Error("the settings were taken");
};

describe("without any variable", () => {
  it("has the defaults that the documentation names", () => {
    expect(readSettings({})).toEqual({
      host: "127.0.0.1",
      port: 3000,
      dashboardPort: 3001,
      dashboardUrls: [],
      databaseUrl: "file:./data/adjourn.db",
      redisUrl: null,
      redisPrefix: "adjourn",
      agentsFile: null,
      webhooksFile: null,
      webhooks: [],
      webhooksAllowPrivate: false,
      readVariable: expect.any(Function),
      adminKeys: [],
      serviceKeys: [],
      secret: null,
      timeouts: {
        defaults: {
          timeoutMinutes: 30,
          autoRenew: true,
          maxDurationMinutes: 720,
          warningThresholdMinutes: 5,
        },
        limits: { minTimeoutMinutes: 5, maxTimeoutMinutes: 1440 },
      },
      retentionDays: null,
      restDialect: "documented",
      socketIo: false,
      rateLimitPerMinute: 0,
      allowedOrigins: [],
      trustProxy: "none",
      tracing: null,
      drainDelaySeconds: 0,
      drainSeconds: 30,
      logLevel: "info",
    });
  });

  it("limits requests as soon as the host is not loopback", () => {
    expect(readSettings({ HOST: "0.0.0.0", ADJOURN_ADMIN_KEY: adminKey }).rateLimitPerMinute).toBe(600);
  });
});

describe("a good value is taken", () => {
  it.each([
    [{ HOST: "::1" }, { host: "::1" }],
    [{ SOCKET_IO: "on" }, { socketIo: true }],
    [{ SOCKET_IO: "off" }, { socketIo: false }],
    [{ HOST: "localhost" }, { host: "localhost" }],
    [{ PORT: "0" }, { port: 0 }],
    [{ DATABASE_URL: "postgres://a:b@db/x" }, { databaseUrl: "postgres://a:b@db/x" }],
    [{ ADJOURN_ADMIN_KEY: adminKey }, { adminKeys: [{ name: null, key: adminKey }] }],
    [
      { ADJOURN_SERVICE_KEY: `shop:${serviceKey},desk:${adminKey}` },
      {
        serviceKeys: [
          { name: "shop", key: serviceKey },
          { name: "desk", key: adminKey },
        ],
      },
    ],
    [
      { ALLOWED_ORIGINS: "https://a.example,http://b.example:81" },
      { allowedOrigins: ["https://a.example", "http://b.example:81"] },
    ],
    [{ TRUST_PROXY: "1" }, { trustProxy: "peer" }],
    [{ DASHBOARD_URL: "https://a.example" }, { dashboardUrls: ["https://a.example"] }],
    [{ RETENTION_DAYS: "30" }, { retentionDays: 30 }],
    [{ RATE_LIMIT_PER_MINUTE: "0" }, { rateLimitPerMinute: 0 }],
    [{ REST_DIALECT: "elizaos" }, { restDialect: "elizaos" }],
    [{ DRAIN_SECONDS: "0" }, { drainSeconds: 0, drainDelaySeconds: 0 }],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: "https://a.example/otlp/" },
      { tracing: { tracesUrl: "https://a.example/otlp/v1/traces", protocol: "http/json" } },
    ],
    [
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://a.example",
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://b.example/x",
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
      },
      { tracing: { tracesUrl: "http://b.example/x", protocol: "http/protobuf" } },
    ],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://b.example/x" }, { tracing: null }],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://a.example", OTEL_SDK_DISABLED: "true" }, { tracing: null }],
    [{ DRAIN_DELAY_SECONDS: "5" }, { drainSeconds: 30, drainDelaySeconds: 5 }],
  ])("%j", (env, expected) => {
    expect(readSettings(env)).toMatchObject(expected);
  });

  it("SESSION_AUTO_RENEW and the minutes reach the timeouts", () => {
    const { timeouts } = readSettings({ SESSION_AUTO_RENEW: "false", SESSION_MIN_TIMEOUT_MINUTES: "1" });
    expect(timeouts.defaults.autoRenew).toBe(false);
    expect(timeouts.limits.minTimeoutMinutes).toBe(1);
  });

  it("TRUST_PROXY takes addresses and networks", () => {
    const { trustProxy } = readSettings({ TRUST_PROXY: "10.0.0.0/8,::1" });
    if (typeof trustProxy === "string") throw new Error("not a list");
    expect(trustProxy.includes("10.1.2.3")).toBe(true);
    expect(trustProxy.includes("::1")).toBe(true);
    expect(trustProxy.includes("11.1.2.3")).toBe(false);
  });
});

describe("a bad value stops the start with one line that names the variable", () => {
  it.each([
    ["HOST", "not a host"],
    ["HOST", "999.1.1.1"],
    ["HOST", ""],
    ["PORT", "abc"],
    ["PORT", "70000"],
    ["PORT", "-1"],
    ["PORT", "30.5"],
    ["PORT", " 3000"],
    ["PORT", "0x10"],
    ["PORT", ""],
    ["DASHBOARD_PORT", "0"],
    ["DASHBOARD_PORT", "3000"],
    ["DATABASE_URL", "mysql://db/x"],
    ["DATABASE_URL", "file:"],
    ["DATABASE_URL", "./data/adjourn.db"],
    ["REDIS_URL", "localhost:6379"],
    ["REDIS_URL", "redis://127.0.0.1:6379/news"],
    ["REDIS_PREFIX", "with a blank"],
    ["REDIS_PREFIX", "p".repeat(65)],
    ["REDIS_PREFIX", "*"],
    ["AGENTS_FILE", " "],
    ["SESSION_DEFAULT_TIMEOUT_MINUTES", "half an hour"],
    ["SESSION_MIN_TIMEOUT_MINUTES", "0"],
    ["SESSION_MAX_TIMEOUT_MINUTES", "2881"],
    ["SESSION_MAX_DURATION_MINUTES", "NaN"],
    ["SESSION_WARNING_THRESHOLD_MINUTES", "0"],
    ["SESSION_AUTO_RENEW", "maybe"],
    ["RETENTION_DAYS", "0"],
    ["REST_DIALECT", "soap"],
    ["RATE_LIMIT_PER_MINUTE", "1e3"],
    ["ALLOWED_ORIGINS", "*"],
    ["ALLOWED_ORIGINS", "https://*.example"],
    ["ALLOWED_ORIGINS", "https://a.example/path"],
    ["ALLOWED_ORIGINS", "https://a.example,"],
    ["TRUST_PROXY", "yes"],
    ["TRUST_PROXY", "10.0.0.0/33"],
    ["DRAIN_SECONDS", "30s"],
    ["DASHBOARD_HOST", "0.0.0.0"],
    ["DASHBOARD_URL", "https://a.example/path"],
    ["DRAIN_DELAY_SECONDS", "-1"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", ""],
    ["LOG_LEVEL", "loud"],
    ["LOG_LEVEL", "line\nbreak"],
  ])("%s=%j", (name, given) => {
    const message = messageOf({ [name]: given });
    expect(message).toMatch(new RegExp(`^${name} is .*; allowed: .`));
    expect(message).toContain(given === "" ? "empty" : JSON.stringify(given));
    expect(message).not.toContain("\n");
  });
});

it("the settings that the documentation shows for a proxy are taken as they are", () => {
  const page = readFileSync(new URL("../../../docs/operating.md", import.meta.url), "utf8");
  const shown = parseEnv(/```sh\n(# Origins [\s\S]*?)```/.exec(page)?.[1] ?? "");
  expect(Object.keys(shown)).toContain("ADJOURN_SECRET");
  expect(readSettings(shown)).toMatchObject({
    dashboardUrls: [shown.DASHBOARD_URL],
    secret: shown.ADJOURN_SECRET,
  });
});

describe("the variables of OpenTelemetry", () => {
  const unusable = [
    ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "collector:4318"],
    ["OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"],
    ["OTEL_TRACES_SAMPLER", "sometimes"],
    ["OTEL_TRACES_SAMPLER_ARG", "10"],
    ["OTEL_SDK_DISABLED", "yes"],
    ["OTEL_EXPORTER_OTLP_TIMEOUT", "10s"],
    ["OTEL_EXPORTER_OTLP_TIMEOUT", "0"],
    ["OTEL_BSP_SCHEDULE_DELAY", "soon"],
    ["OTEL_BSP_MAX_QUEUE_SIZE", "-1"],
  ] as const;

  it.each(unusable)("%s=%j stops the start where traces are on, and only there", (name, given) => {
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" };
    expect(messageOf({ ...endpoint, [name]: given })).toMatch(
      new RegExp(`^${name} is ${JSON.stringify(given)}; allowed: .`),
    );
    expect(readSettings({ [name]: given }).tracing).toBeNull();
    const disabled = { ...endpoint, [name]: given, OTEL_SDK_DISABLED: "true" };
    expect(readSettings(disabled).tracing).toBeNull();
  });
});

describe("settings that contradict each other stop the start", () => {
  it.each<[string, NodeJS.ProcessEnv]>([
    ["HOST", { HOST: "0.0.0.0" }],
    ["HOST", { HOST: "chat.example.com" }],
    ["REDIS_URL", { REDIS_URL: "redis://127.0.0.1:6379" }],
    ["DASHBOARD_PORT", { PORT: "4000", DASHBOARD_PORT: "4000" }],
    ["ADJOURN_SERVICE_KEY", { ADJOURN_ADMIN_KEY: adminKey, ADJOURN_SERVICE_KEY: adminKey }],
    ["ADJOURN_ADMIN_KEY", { ADJOURN_ADMIN_KEY: `a:${adminKey},b:${adminKey}` }],
    ["ADJOURN_SERVICE_KEY", { ADJOURN_SERVICE_KEY: `a:${adminKey},b:${adminKey}` }],
    ["SESSION_MIN_TIMEOUT_MINUTES", { SESSION_MIN_TIMEOUT_MINUTES: "20", SESSION_MAX_TIMEOUT_MINUTES: "10" }],
    ["SESSION_DEFAULT_TIMEOUT_MINUTES", { SESSION_MIN_TIMEOUT_MINUTES: "60" }],
    ["SESSION_DEFAULT_TIMEOUT_MINUTES", { SESSION_DEFAULT_TIMEOUT_MINUTES: "1441" }],
    ["SESSION_MAX_DURATION_MINUTES", { SESSION_MAX_DURATION_MINUTES: "29" }],
  ])("%s in %j", (name, env) => {
    expect(messageOf(env)).toMatch(new RegExp(`^${name} is .*; allowed: .`));
  });
});

it("a long value is shortened in the error", () => {
  expect(messageOf({ LOG_LEVEL: "x".repeat(100_000) }).length).toBeLessThan(400);
});

it("a default that contradicts a given setting is named with its value", () => {
  expect(messageOf({ SESSION_MAX_TIMEOUT_MINUTES: "20" })).toBe(
    "SESSION_DEFAULT_TIMEOUT_MINUTES is not set and thus 30; allowed: from SESSION_MIN_TIMEOUT_MINUTES (5) to SESSION_MAX_TIMEOUT_MINUTES (20)",
  );
});

describe("a secret value is not repeated", () => {
  it.each([
    ["ADJOURN_ADMIN_KEY", "too-short"],
    ["ADJOURN_ADMIN_KEY", `with a blank ${adminKey}`],
    ["ADJOURN_ADMIN_KEY", `${adminKey},${serviceKey}`],
    ["ADJOURN_ADMIN_KEY", `a:${adminKey},a:${serviceKey}`],
    ["ADJOURN_SERVICE_KEY", `a:${adminKey},b:short`],
    ["ADJOURN_SECRET", "too-short"],
    ["ADJOURN_SECRET", "thirty-one-characters-are-short"],
  ])("%s=%j", (name, given) => {
    const message = messageOf({ [name]: given });
    expect(message).toMatch(new RegExp(`^${name} is `));
    for (const part of given.split(/[,:]/)) if (part.length > 2) expect(message).not.toContain(part);
  });

  it.each([
    ["mysql://db/x?password=hunter22", "mysql://db/x?…"],
    ["mysql://me@db/x?a=b&sslpassword=hunter22", "mysql://…@db/x?…"],
    ["mysql://db/x?password=hunter@22", "mysql://…"],
    ["mysql://me:hunter?22@db/x", "mysql://…"],
    ["mysql://db/x#hunter22", "mysql://db/x#…"],
  ])("shows %s without its password", (given, shown) => {
    for (const name of ["DATABASE_URL", "REDIS_URL"]) {
      const message = messageOf({ [name]: given });
      expect(message).toContain(JSON.stringify(shown));
      expect(message).not.toMatch(/hunter|22/);
    }
  });

  it.each(["hunter22", "hun/ter22", "hun@ter22", "hun#ter@22", "hun\nter22"])(
    "the password %j in an address",
    (password) => {
      for (const name of ["DATABASE_URL", "REDIS_URL"]) {
        const message = messageOf({ [name]: `mysql://me:${password}@db/x` });
        expect(message).toContain("//…@db/x");
        expect(message).not.toMatch(/hun|ter/);
      }
    },
  );
});
