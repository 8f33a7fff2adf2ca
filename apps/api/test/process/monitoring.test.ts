import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { eventOf, finish, startModelServer, streamOf } from "../setup/model-server.js";
import { cannotRunPrometheus, run, startPrometheus } from "../setup/prometheus.js";
import { temporaryFolder } from "../setup/server-process.js";
import { hasReceived, plainWs } from "../setup/subscribing.js";
import { adminKey, startTestServer, until } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";
import { startReceiver } from "../webhooks/receiver.js";
import { webhookEnv } from "../webhooks/webhook-setup.js";

const docs = fileURLToPath(new URL("../../../../docs", import.meta.url));
const ruleFile = join(docs, "monitoring/alerts.yml");

/** The data source is the one that the reader selects. */
const datasource = z.object({ uid: z.string().regex(/^\$\{datasource\}$/) });

const dashboardSchema = z.object({
  templating: z.object({
    list: z.array(z.object({ name: z.string(), type: z.string(), query: z.string() })),
  }),
  panels: z.array(
    z.object({
      id: z.int(),
      title: z.string(),
      datasource,
      targets: z.array(z.object({ datasource, expr: z.string() })),
    }),
  ),
});

const readDashboard = async () =>
  dashboardSchema.parse(JSON.parse(await readFile(join(docs, "monitoring/grafana-dashboard.json"), "utf8")));

/** The expressions of the table of recommended alerts. */
const documentedExpressions = async (): Promise<string[]> => {
  const table = (await readFile(join(docs, "operating.md"), "utf8")).split("Recommended alerts:")[1] ?? "";
  const conditions = table.split("\n").map((row) => row.split(" | ")[0] ?? "");
  return conditions.flatMap((cell) =>
    [...cell.matchAll(/`([^`]*adjourn_[^`]*)`/g)].map(([, code]) => code ?? ""),
  );
};

const agentId = "00000000-0000-4000-8000-00000000000a";
const usage = eventOf({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 4 } });

/** The variables of a server with keys, webhooks and a model. */
const envOf = async (folder: string, modelUrl: string, receiverUrl: string): Promise<NodeJS.ProcessEnv> => {
  const agents = join(folder, "agents.json");
  const agent = { id: agentId, name: "Small", kind: "openai", baseUrl: modelUrl, model: "small-1" };
  await writeFile(agents, JSON.stringify([agent]));
  const webhooks = await webhookEnv(folder, { id: "hook", url: receiverUrl });
  return { ...webhooks, AGENTS_FILE: agents, ADJOURN_ADMIN_KEY: adminKey };
};

/** A reply, a failed reply, and the end of a session with a listener. */
const converse = async (url: string): Promise<string> => {
  const wire = restWire(url, { key: adminKey });
  const { sessionId } = await createSession(wire, { agentId });
  const { body } = await wire.call("issueTicket", { sessionId });
  await using listener = plainWs.listen(url, sessionId, { ticket: String(body.ticket) });
  await hasReceived(listener, "session.started");
  const send = { sessionId, content: "hello", transport: "http" };
  expect(await wire.call("sendSessionMessage", send)).toMatchObject({ status: 201 });
  expect(await wire.call("sendSessionMessage", send)).toMatchObject({ status: 502 });
  expect(await wire.call("endSession", { sessionId })).toMatchObject({ status: 200 });
  expect(await listener.over).toEqual({ how: "ended" });
  return sessionId;
};

/** The names of the series that a server exposes. */
const exposedNames = async (url: string): Promise<Set<string>> => {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${adminKey}` } });
  const types = [...(await response.text()).matchAll(/^# TYPE (\w+) (\w+)$/gm)];
  const suffixes = (type?: string) => (type === "histogram" ? ["_bucket", "_sum", "_count"] : [""]);
  return new Set(types.flatMap(([, name, type]) => suffixes(type).map((suffix) => `${name}${suffix}`)));
};

const unknownNames = (expression: string, known: ReadonlySet<string>): string[] =>
  [...expression.matchAll(/\badjourn_\w+/g)].map(([name]) => name).filter((name) => !known.has(name));

/** What Grafana would send for a panel's query. */
const filledIn = (expression: string): string =>
  expression.replaceAll("$__rate_interval", "1m").replaceAll("$instance", ".*");

describe.skipIf(await cannotRunPrometheus())("monitoring with Prometheus and Grafana", () => {
  it("promtool accepts the file of alerts, which has every recommended expression", async () => {
    const { stdout } = await run("promtool", ["check", "rules", "--lint=all", "--lint-fatal", ruleFile]);
    expect(stdout).toContain("SUCCESS");
    const rules = await readFile(ruleFile, "utf8");
    const documented = await documentedExpressions();
    expect(documented.length).toBeGreaterThan(8);
    for (const expression of documented) expect(rules).toContain(`expr: ${expression}\n`);
  });

  it("every alert and every query of the dashboard runs in Prometheus on metrics of a server", async () => {
    await using folder = await temporaryFolder();
    await using model = await startModelServer(
      (response) => response.writeHead(200).end(`${streamOf("Good")}${finish}${usage}data: [DONE]\n\n`),
      (response) => response.writeHead(400).end("{}"),
    );
    await using receiver = await startReceiver();
    await using server = await startTestServer(await envOf(folder.path, model.url, receiver.url));
    const sessionId = await converse(server.url);
    await until(() => receiver.of(sessionId).length === 2);
    const known = await exposedNames(server.url);

    await using prometheus = await startPrometheus({ url: server.url, key: adminKey, ruleFile });
    // A rate needs two scrapes, and the counter of webhooks is written after the receiver's answer.
    const attempts = 'count_over_time(adjourn_webhook_attempts_total{status="delivered"}[1m]) >= 2';
    await until(async () => (await prometheus.query(attempts)).length > 0);

    const { panels, templating } = await readDashboard();
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(templating.list).toContainEqual({ name: "datasource", type: "datasource", query: "prometheus" });
    for (const { query } of templating.list) expect(unknownNames(query, known)).toEqual([]);
    for (const { title, targets } of panels)
      for (const { expr } of targets) {
        expect([title, unknownNames(expr, known)]).toEqual([title, []]);
        const series = await prometheus.query(filledIn(expr));
        expect([title, expr, series.length > 0]).toEqual([title, expr, true]);
      }

    await until(async () => (await prometheus.rules()).every(({ health }) => health !== "unknown"));
    const rules = await prometheus.rules();
    expect(rules.length).toBeGreaterThan(8);
    for (const { name, query, health } of rules) {
      expect([name, health, unknownNames(query, known)]).toEqual([name, "ok", []]);
      await prometheus.query(query);
    }
  });
});
