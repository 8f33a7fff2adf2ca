import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { freePort } from "@adjourn/testkit";
import { z } from "zod";

export const run = promisify(execFile);

/** Whether the tests with a Prometheus must be skipped. Prints the reason; in CI it is a failure. */
export const cannotRunPrometheus = async (): Promise<boolean> => {
  try {
    await Promise.all(["prometheus", "promtool"].map((program) => run(program, ["--version"])));
    return false;
  } catch {
    if (process.env.CI) throw new Error("For the tests of monitoring there must be a prometheus on the path");
    console.warn("SKIPPED: the tests of monitoring, for want of a prometheus on the path");
    return true;
  }
};

const answerSchema = z.object({ status: z.string(), error: z.string().optional(), data: z.unknown() });
const resultSchema = z.object({ result: z.array(z.unknown()) });
const rulesSchema = z.object({
  groups: z.array(
    z.object({ rules: z.array(z.object({ name: z.string(), query: z.string(), health: z.string() })) }),
  ),
});

export interface Prometheus extends AsyncDisposable {
  /** The series of an instant query. */
  query(expression: string): Promise<readonly unknown[]>;
  /** The rules of the rule file, as Prometheus has read them. */
  rules(): Promise<z.infer<typeof rulesSchema>["groups"][number]["rules"]>;
}

interface Scraped {
  readonly url: string;
  readonly key: string;
  readonly ruleFile: string;
}

const configFor = ({ url, key, ruleFile }: Scraped) => ({
  global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
  rule_files: [ruleFile],
  scrape_configs: [
    {
      job_name: "adjourn",
      authorization: { credentials: key },
      static_configs: [{ targets: [new URL(url).host] }],
    },
  ],
});

/** A Prometheus on a free port that scrapes a server; gone with its folder when the test is. */
export const startPrometheus = async (scraped: Scraped): Promise<Prometheus> => {
  const folder = await mkdtemp(join(tmpdir(), "adjourn-prometheus-"));
  const config = join(folder, "prometheus.yml");
  // JSON is valid YAML.
  await writeFile(config, JSON.stringify(configFor(scraped)));
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    "prometheus",
    [`--config.file=${config}`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=${address}`],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const exited = once(child, "exit");
  const killWithUs = () => void child.kill("SIGKILL");
  process.once("exit", killWithUs);
  const stop = async () => {
    child.kill("SIGKILL");
    await exited;
    process.off("exit", killWithUs);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await ready(child.stderr);
  } catch (error) {
    await stop();
    throw error;
  }
  const ask = async (path: string): Promise<unknown> => {
    const response = await fetch(`http://${address}/api/v1/${path}`);
    const { status, error, data } = answerSchema.parse(await response.json());
    if (status !== "success") throw new Error(`${path}: ${error}`);
    return data;
  };
  return {
    query: async (expression) =>
      resultSchema.parse(await ask(`query?query=${encodeURIComponent(expression)}`)).result,
    rules: async () => rulesSchema.parse(await ask("rules")).groups.flatMap(({ rules }) => rules),
    [Symbol.asyncDispose]: stop,
  };
};

const ready = async (stderr: Readable): Promise<void> => {
  let log = "";
  for await (const line of createInterface({ input: stderr })) {
    log += `${line}\n`;
    if (!line.includes("Server is ready to receive web requests")) continue;
    stderr.resume();
    return;
  }
  throw new Error(`Prometheus did not start: ${log}`);
};
