import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

/** A cable to another machine, from the kernel's view: a network namespace at the far end of a link. */
export interface BreakableLink extends AsyncDisposable {
  /** What this end is called there. */
  readonly ipv4: string;
  readonly ipv6: string;
  /** Asks for an address from the far end and goes on reading; resolves when the first bytes have come. */
  read(url: string): Promise<void>;
  /** Removes the far end from the link: nothing passes in either direction, without a FIN or RST. */
  cut(): Promise<void>;
}

const ip = (...words: readonly string[]) => promisify(execFile)("ip", words);

const reader = "for await (const bytes of (await fetch(process.argv[1])).body) process.stdout.write(bytes)";

/** Null where this user may not make namespaces, or `ip` is missing; in CI that is a failure. */
export const layLink = async (): Promise<BreakableLink | null> => {
  const number = Math.floor(Math.random() * 2 ** 16);
  const net = `198.18.${number % 256}`;
  const net6 = `fdad:${number.toString(16)}::`;
  const [far, near, farEnd] = ["adj", "adjn", "adjf"].map((name) => `${name}${number}`) as [
    string,
    string,
    string,
  ];
  const children: ChildProcess[] = [];
  const dispose = async () => {
    for (const child of children) {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    }
    await ip("link", "delete", near).catch(() => {});
    await ip("netns", "delete", far).catch(() => {});
  };
  try {
    await ip("netns", "add", far);
    await ip("link", "add", near, "type", "veth", "peer", "name", farEnd, "netns", far);
    await ip("address", "add", `${net}.1/30`, "dev", near);
    await ip("address", "add", `${net6}1/64`, "dev", near, "nodad");
    await ip("link", "set", near, "up");
    await ip("-n", far, "address", "add", `${net}.2/30`, "dev", farEnd);
    await ip("-n", far, "address", "add", `${net6}2/64`, "dev", farEnd, "nodad");
    await ip("-n", far, "link", "set", farEnd, "up");
  } catch (error) {
    await dispose();
    if (process.env.CI) throw error;
    return null;
  }
  return {
    ipv4: `${net}.1`,
    ipv6: `${net6}1`,
    read: async (url) => {
      const command = ["netns", "exec", far, process.execPath, "--input-type=module", "--eval", reader, url];
      const child = spawn("ip", command, { stdio: ["ignore", "pipe", "inherit"] });
      children.push(child);
      await once(child.stdout, "data", { signal: AbortSignal.timeout(30_000) });
    },
    cut: async () => void (await ip("-n", far, "link", "set", farEnd, "down")),
    [Symbol.asyncDispose]: dispose,
  };
};
