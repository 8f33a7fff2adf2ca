import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const publicName = "adjourn.example.com";
export const proxyKinds = ["nginx", "caddy"] as const;
export type ProxyKind = (typeof proxyKinds)[number];

const page = fileURLToPath(new URL("../../../../docs/operating.md", import.meta.url));
const places = ["/usr/sbin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"];
const startsWithinMs = 15_000;

const programOf = (name: string): string | undefined =>
  places.map((place) => join(place, name)).find((path) => existsSync(path));

/** Whether the proxies are installed; where they are not, tests that need them are skipped aloud, or fail under CI. */
export const hasProxies = (): boolean => {
  const missing = [...proxyKinds, "openssl"].filter((name) => programOf(name) === undefined);
  if (missing.length === 0) return true;
  if (process.env.CI) throw new Error(`The tests behind a proxy need ${missing.join(", ")}`);
  console.warn(`skipped: the tests behind a proxy, for want of ${missing.join(", ")}`);
  return false;
};

export interface ProxyPorts {
  readonly proxy: number;
  readonly api: number;
  readonly dashboard: number;
}

/** The configuration that the documentation shows, word for word but for ports, certificates and one timeout. */
const documented = async (kind: ProxyKind, ports: ProxyPorts, folder: string): Promise<string> => {
  const language = kind === "nginx" ? "nginx" : "caddyfile";
  const text = await readFile(page, "utf8");
  const shown = new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(text)?.[1];
  if (shown === undefined) throw new Error(`${page} shows no configuration of ${kind}`);
  const changes: readonly (readonly [from: string, to: string])[] = [
    ["127.0.0.1:3000", `127.0.0.1:${ports.api}`],
    ["127.0.0.1:3001", `127.0.0.1:${ports.dashboard}`],
    ...(kind === "nginx"
      ? ([
          ["listen 443 ssl", `listen 127.0.0.1:${ports.proxy} ssl`],
          ["/etc/ssl/adjourn.pem", join(folder, "adjourn.pem")],
          ["/etc/ssl/adjourn.key", join(folder, "adjourn.key")],
          // So that a quiet connection shows within the time of a test whether its pings keep it.
          ["proxy_read_timeout 60s", "proxy_read_timeout 18s"],
        ] as const)
      : ([[`${publicName} {`, `https://${publicName}:${ports.proxy} {\n\tbind 127.0.0.1`]] as const)),
  ];
  return changes.reduce((config, [from, to]) => {
    if (!config.includes(from)) throw new Error(`the configuration of ${kind} does not say ${from}`);
    return config.replace(from, to);
  }, shown);
};

const nginxConfig = (shown: string, folder: string): string => `
daemon off;
${process.getuid?.() === 0 ? "user root;" : ""}
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events {}
http {
  access_log off;
  ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join("\n  ")}
${shown}
}
`;

const caddyConfig = (shown: string): string => `{
	admin off
	auto_https disable_redirects
	local_certs
	skip_install_trust
}
${shown}`;

const makeCertificate = (folder: string): Promise<unknown> =>
  promisify(execFile)(programOf("openssl") ?? "openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", `/CN=${publicName}`],
    ...["-keyout", join(folder, "adjourn.key"), "-out", join(folder, "adjourn.pem")],
  ]);

/** A real nginx or Caddy in front of an API and a dashboard. */
export const startProxy = async (kind: ProxyKind, ports: ProxyPorts): Promise<AsyncDisposable> => {
  const folder = await mkdtemp(join(tmpdir(), `adjourn-${kind}-`));
  const file = join(folder, kind === "nginx" ? "nginx.conf" : "Caddyfile");
  const shown = await documented(kind, ports, folder);
  await writeFile(file, kind === "nginx" ? nginxConfig(shown, folder) : caddyConfig(shown));
  if (kind === "nginx") await makeCertificate(folder);
  const parameters =
    kind === "nginx"
      ? ["-p", folder, "-e", join(folder, "error.log"), "-c", file]
      : ["run", "--config", file, "--adapter", "caddyfile"];
  const child = spawn(programOf(kind) ?? kind, parameters, {
    // Nothing of the machine's own, such as certificates, is read or written.
    env: {
      PATH: process.env.PATH,
      NODE_ENV: "production",
      HOME: folder,
      XDG_DATA_HOME: folder,
      XDG_CONFIG_HOME: folder,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      said += chunk;
    });
  const exited = once(child, "exit");
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      await exited;
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.race([listens(ports.proxy), exited.then(() => Promise.reject(new Error("it ended")))]);
  } catch (error) {
    const log = await readFile(join(folder, "error.log"), "utf8").catch(() => "");
    await stop();
    throw new Error(`${kind} did not start: ${error}\n${said}${log}`);
  }
  return { [Symbol.asyncDispose]: stop };
};

const listens = async (port: number): Promise<void> => {
  for (const until = Date.now() + startsWithinMs; Date.now() < until; ) {
    const socket = connect(port, "127.0.0.1");
    const isUp = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isUp) return;
    // There is nothing to await: a process says on no channel that a port is open.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing listens on port ${port}`);
};
