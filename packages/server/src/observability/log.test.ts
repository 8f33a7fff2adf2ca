import { expect, it, test } from "vitest";
import { createLogger, loggableUrl } from "./log.js";

const plainSettings = {
  logLevel: "info",
  adminKeys: [],
  serviceKeys: [],
  secret: null,
  databaseUrl: "file:./data/adjourn.db",
  redisUrl: null,
} as const;

test.each([
  ["/api/x?ticket=abc", "/api/x?ticket=[hidden]"],
  ["/api/x?ticket=abc&limit=3", "/api/x?ticket=[hidden]&limit=3"],
  ["/api/x?limit=3&key=abc&cursor=c", "/api/x?limit=3&key=[hidden]&cursor=c"],
  [
    "/trpc/a?input=%7B%7D&connectionParams=%7B%22token%22%3A%22abc%22%7D",
    "/trpc/a?input=%7B%7D&connectionParams=[hidden]",
  ],
  ["/api/x?abc", "/api/x?[hidden]"],
  ["/api/x?limit", "/api/x?[hidden]"],
  ["/api/x??ticket=abc", "/api/x??ticket=[hidden]"],
  ["/api/x?a=b=abc&c", "/api/x?a=[hidden]&[hidden]"],
  ["/api/x", "/api/x"],
])("the address %s is logged as %s", (url, logged) => {
  expect(loggableUrl(url)).toBe(logged);
});

it("hides every key, secret, password and signed token, wherever in a line it stands", () => {
  const settings = {
    ...plainSettings,
    adminKeys: [
      { name: "ops", key: 'a-key-with-"quotes"-in-it' },
      { name: "dev", key: "another-admin-key-of-ours" },
    ],
    serviceKeys: [{ name: null, key: "one-service-key-of-ours" }],
    secret: "the secret that signs what callers bring",
    databaseUrl: "postgres://user:pass%20word@127.0.0.1/db",
    redisUrl: "redis://:redis-password@127.0.0.1",
  };
  const lines: string[] = [];
  const write = process.stdout.write;
  process.stdout.write = (line: string | Uint8Array) => lines.push(String(line)) > 0;
  try {
    const secrets = [
      'a-key-with-"quotes"-in-it',
      "another-admin-key-of-ours",
      "one-service-key-of-ours",
      "the secret that signs what callers bring",
      "pass%20word",
      "pass word",
      "redis-password",
      "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl",
    ];
    const cause = new Error(`refused: ${secrets.join(" ")}`);
    createLogger(settings).error(
      { error: new Error(`quoting ${secrets.join(", ")}`, { cause }), fields: { secrets } },
      secrets.join(),
    );
    expect(lines).toHaveLength(1);
    for (const secret of secrets) {
      expect(lines[0]).not.toContain(secret);
      expect(lines[0]).not.toContain(JSON.stringify(secret).slice(1, -1));
    }
    expect(lines[0]).toContain("[hidden]");
  } finally {
    process.stdout.write = write;
  }
});

/** A logger's lines for what it is given, with these addresses. */
const linesOf = (databaseUrl: string, ...messages: readonly string[]): string[] => {
  const lines: string[] = [];
  const write = process.stdout.write;
  process.stdout.write = (line: string | Uint8Array) => lines.push(String(line)) > 0;
  try {
    const logger = createLogger({ ...plainSettings, databaseUrl });
    for (const message of messages) logger.error({}, message);
  } finally {
    process.stdout.write = write;
  }
  return lines;
};

test.each([
  ["postgres://db/x?password=hunter-222", "hunter-222"],
  ["postgres://db/x?user=me&password=hunter%20222", "hunter 222"],
  ["postgres://db/x?user=me&password=hunter%20222", "hunter%20222"],
  ["postgres://db/x?sslpassword=hunter-222&a=b", "hunter-222"],
])("a password among the parameters of %s is hidden where it is quoted as %s", (address, quoted) => {
  expect(linesOf(address, `refused: ${quoted}`).join()).not.toContain(quoted);
});

test.each([
  ["x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln y", "x [hidden] y"],
  ["x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0. y", "x [hidden] y"],
  ["a.b.eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln.c", "a.b.[hidden].c"],
  ["x-eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln", "x-[hidden]"],
  ["eyJ.short.one and eyJhbGciOiJIUzI1NiJ9 alone", "eyJ.short.one and eyJhbGciOiJIUzI1NiJ9 alone"],
])("of %s the signed tokens are hidden", (said, logged) => {
  expect(JSON.parse(linesOf(plainSettings.databaseUrl, said)[0] ?? "")).toMatchObject({ msg: logged });
});

test.each(["eyJ", "-eyJaaaaaaaa", "eyJaaaaaaaa.", "a.", "eyJaaaaaaaa.a"])(
  "a line of %j again and again takes as much longer as it is longer",
  (part) => {
    // Milliseconds of the processor: others that use it meanwhile don't count.
    const timeOf = (characters: number): number => {
      const message = part.repeat(characters / part.length);
      const before = process.cpuUsage();
      linesOf(plainSettings.databaseUrl, message);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1_000;
    };
    timeOf(1_000);
    const short = Math.max(1, Math.min(timeOf(20_000), timeOf(20_000), timeOf(20_000)));
    // 32 times as long: a quadratic scan would take a thousand times longer.
    expect(Math.min(timeOf(640_000), timeOf(640_000)) / short).toBeLessThan(250);
  },
);
