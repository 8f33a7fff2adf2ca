import type { AppRouter } from "@adjourn/router";
import { createTRPCClient, httpLink, splitLink, wsLink } from "@trpc/client";
import { echoId, until, userId } from "../../setup/test-server.js";
import { openTrpcSocket } from "../../setup/wires.js";
import { runWave } from "../crowds/wave.js";
import { type Measure, type MeasuredServer, startMeasuredServer } from "./measured-process.js";

export interface SoakOptions {
  readonly rounds: number;
  /** How long the load of one round goes on before it is let run out. */
  readonly roundSeconds: number;
  /** Whether to wait for the last idle connection to go before the rest is measured. */
  readonly untilRest: boolean;
  readonly onSample?: (sample: Sample) => void;
}

export interface Sample extends Measure {
  readonly atSeconds: number;
  /** Sessions ended so far. */
  readonly sessions: number;
}

export interface Soak {
  /** One a round, taken when its load has run out: what is under way at some moment is no trend. */
  readonly samples: readonly Sample[];
  /** Before anything was asked of it. */
  readonly idle: Measure;
  /** When everything was over again. */
  readonly rest: Measure | null;
}

const waveSize = 100;
const workers = 3;
/** How long the last connections of a round may take to go. */
const quietWithinMs = 30_000;
/** The server lets an idle connection of HTTP go after 65 s. */
const restWithinMs = 75_000;

/** Mixed load on a server of its own, round after round, measured between them. */
export const soak = async ({ rounds, roundSeconds, untilRest, onSample }: SoakOptions): Promise<Soak> => {
  await using server = await startMeasuredServer();
  const idle = await server.measure();
  const samples: Sample[] = [];
  const beganAt = performance.now();
  let sessions = 0;
  while (samples.length < rounds) {
    sessions += await runLoad(server.url, performance.now() + roundSeconds * 1_000);
    await until(async () => (await server.held()).sessions === 0, quietWithinMs);
    const atSeconds = Math.round((performance.now() - beganAt) / 1_000);
    const sample = { atSeconds, sessions, ...(await server.measure()) };
    samples.push(sample);
    onSample?.(sample);
  }
  return { samples, idle, rest: untilRest ? await atRest(server, idle) : null };
};

/** What it holds once the last connections are gone, or what has stayed where they should be gone. */
const atRest = async (server: MeasuredServer, idle: Measure): Promise<Measure> => {
  const isAtRest = async () => (await server.measure()).resources <= idle.resources;
  await until(isAtRest, restWithinMs).catch(() => {});
  return server.measure();
};

/**
 * Waves of sessions side by side, one long conversation, lists, and an admin who watches it all.
 * @returns how many sessions were ended
 */
const runLoad = async (url: string, deadline: number): Promise<number> => {
  let sessions = 0;
  const socket = openTrpcSocket(url);
  const client = createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === "subscription",
        true: wsLink({ client: socket }),
        false: httpLink({ url: `${url}/trpc` }),
      }),
    ],
  });
  const isTime = () => performance.now() < deadline;
  const repeat = async (work: () => Promise<unknown>): Promise<void> => {
    while (isTime()) await work();
  };
  const wave = async () => {
    await runWave(url, waveSize);
    sessions += waveSize;
  };
  const converse = async () => {
    const { sessionId } = await client.createSession.mutate({ agentId: echoId, userId });
    for (let nth = 0; nth < 50 && isTime(); nth++) {
      await client.sendSessionMessage.mutate({ sessionId, content: `message ${nth}`, transport: "http" });
      await client.renewSession.mutate({ sessionId });
      await client.getSessionMessages.query({ sessionId });
      await client.listSessions.query({ limit: 100 });
    }
    await client.endSession.mutate({ sessionId });
    sessions += 1;
  };
  const watch = client.adminEvents.subscribe(undefined, { onData: () => {} });
  try {
    await Promise.all([...Array.from({ length: workers }, () => repeat(wave)), repeat(converse)]);
  } finally {
    watch.unsubscribe();
    await socket.close();
  }
  return sessions;
};
