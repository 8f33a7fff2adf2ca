import type { AppRouter } from "@adjourn/router";
import { createTRPCClient, httpLink, splitLink, wsLink } from "@trpc/client";
import { echoId, userId } from "../harness.js";
import { openTrpcSocket } from "../wires.js";
import { type Measure, type MeasuredServer, startMeasuredServer } from "./measured-process.js";
import { runWave } from "./wave.js";

export interface SoakOptions {
  readonly minutes: number;
  readonly samples: number;
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
  readonly samples: readonly Sample[];
  /** Before anything was asked of it. */
  readonly idle: Measure;
  /** When everything was over again. */
  readonly rest: Measure | null;
}

const waveSize = 100;
const workers = 3;
/** The server lets an idle connection of HTTP go after 65 s. */
const restWithinMs = 75_000;

/** Mixed load on a server of its own for so long, measured at even intervals. */
export const soak = async ({ minutes, samples: count, untilRest, onSample }: SoakOptions): Promise<Soak> => {
  await using server = await startMeasuredServer();
  const idle = await server.measure();
  const samples: Sample[] = [];
  const beganAt = performance.now();
  const load = startLoad(server.url);
  const everyMs = (minutes * 60_000) / count;
  try {
    while (samples.length < count) {
      await load.orFailure(until(beganAt + (samples.length + 1) * everyMs));
      const atSeconds = Math.round((performance.now() - beganAt) / 1_000);
      const sample = { atSeconds, sessions: load.sessions(), ...(await server.measure()) };
      samples.push(sample);
      onSample?.(sample);
    }
  } finally {
    await load.stop();
  }
  return { samples, idle, rest: untilRest ? await atRest(server, idle) : null };
};

const until = (time: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, time - performance.now())));

/** What it holds once the last connections are gone, or what has stayed where they should be gone. */
const atRest = async (server: MeasuredServer, idle: Measure): Promise<Measure> => {
  const deadline = performance.now() + restWithinMs;
  for (;;) {
    const measure = await server.measure();
    if (measure.resources <= idle.resources || performance.now() > deadline) return measure;
    await until(performance.now() + 250);
  }
};

/** Waves of sessions side by side, one long conversation, lists, and an admin who watches it all. */
const startLoad = (url: string) => {
  let stopped = false;
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
  const repeat = async (work: () => Promise<unknown>): Promise<void> => {
    while (!stopped) await work();
  };
  const wave = async () => {
    await runWave(url, waveSize);
    sessions += waveSize;
  };
  const converse = async () => {
    const { sessionId } = await client.createSession.mutate({ agentId: echoId, userId });
    for (let nth = 0; nth < 50 && !stopped; nth++) {
      await client.sendSessionMessage.mutate({ sessionId, content: `message ${nth}`, transport: "http" });
      await client.renewSession.mutate({ sessionId });
      await client.getSessionMessages.query({ sessionId });
      await client.listSessions.query({ limit: 100 });
    }
    await client.endSession.mutate({ sessionId });
  };
  const watch = client.adminEvents.subscribe(undefined, { onData: () => {} });
  const running = Promise.all([...Array.from({ length: workers }, () => repeat(wave)), repeat(converse)]);
  running.catch(() => {});
  return {
    sessions: () => sessions,
    /** Waits, but no longer than until the load itself has failed. */
    orFailure: (waiting: Promise<void>) => Promise.race([waiting, running.then(() => waiting)]),
    stop: async () => {
      stopped = true;
      watch.unsubscribe();
      await running.catch(() => {});
      await socket.close();
    },
  };
};
