import { temporaryFolder } from "../../setup/server-process.js";
import { startReceiver } from "../../webhooks/receiver.js";
import { webhookEnv } from "../../webhooks/webhook-setup.js";
import { seededRandom } from "../seeded-random.js";
import { type Program, type ServerProcess, spawnServer } from "../server-process.js";
import { audit } from "./audit.js";
import { auditWebhooks } from "./audit-webhooks.js";
import { startLoad } from "./kill-load.js";
import { Ledger } from "./ledger.js";

export interface KillRounds {
  readonly kills: number;
  readonly seed: number;
  readonly program: Program;
  readonly databaseUrl: string;
  readonly onRound?: (kill: number, figures: Ledger["figures"]) => void;
}

/** Sessions of earlier rounds that each audit checks again. */
const sampledSessions = 10;
const mostAnswers = 250;
const mostJitterMs = 15;

/**
 * Starts the server on one file again and again, puts load on it, kills it at a random moment, and holds the next one
 * against every answer that was given. @returns what was asked and answered in all
 */
export const runKillRounds = async (
  options: KillRounds,
): Promise<Ledger["figures"] & { readonly delivered: number }> => {
  const { kills, seed, program, databaseUrl } = options;
  const random = seededRandom(seed);
  const ledger = new Ledger();
  await using folder = await temporaryFolder();
  await using receiver = await startReceiver();
  const events = ["session.created", "session.ended"];
  const env = await webhookEnv(folder.path, { id: "ledger", url: receiver.url, events });
  const start = () => spawnServer(program, databaseUrl, env);
  let server = start();
  try {
    for (let kill = 1; kill <= kills; kill++) {
      const context = `seed ${seed}, kill ${kill}`;
      // Some die before they serve anyone, the very first among its migrations.
      if (random.chance(0.1)) {
        await pause(random.below(program === "source" ? 3_000 : 1_000));
        await server.kill();
      } else await killUnderLoad(server, ledger, random).catch((error) => fail(context, error));
      server = start();
      const notes = new Set(ledger.takeTouched());
      for (let sample = 0; sample < sampledSessions; sample++) {
        const note = random.pick(ledger.notes);
        if (note) notes.add(note);
      }
      await audit(await server.listening, ledger, [...notes]).catch((error) => fail(context, error));
      options.onRound?.(kill, ledger.figures);
    }
    await audit(await server.listening, ledger, ledger.notes).catch((error) =>
      fail(`seed ${seed}, the end`, error),
    );
    await auditWebhooks(await server.listening, ledger, receiver.received).catch((error) =>
      fail(`seed ${seed}, the webhooks`, error),
    );
    return { ...ledger.figures, delivered: receiver.received.length };
  } finally {
    await server.kill();
  }
};

const killUnderLoad = async (
  server: ServerProcess,
  ledger: Ledger,
  random: ReturnType<typeof seededRandom>,
): Promise<void> => {
  const load = startLoad(await server.listening, ledger, random);
  await load.answered(1 + random.below(mostAnswers));
  // Between two answers too, and not only behind one.
  await pause(random.below(mostJitterMs));
  load.expectKill();
  await server.kill();
  await load.over();
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const fail = (context: string, error: unknown): never => {
  throw new Error(`${context}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
};
