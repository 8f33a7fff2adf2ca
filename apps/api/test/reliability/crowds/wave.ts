import type { AppRouter } from "@adjourn/router";
import { createTRPCClient, httpBatchLink, type TRPCClient, wsLink } from "@trpc/client";
import { echoId, typewriterId, userId } from "../../setup/test-server.js";
import { openTrpcSocket } from "../../setup/wires.js";
import { type CrowdWire, crowdWires, inTurns, type Member } from "./crowd.js";

/** Subscriptions that share a socket, and calls that share a request: what the contract allows at most. */
const subscriptionsASocket = 100;
const callsABatch = 20;
/** One session in so many is listened to on a connection of its own as well, on each wire in turn. */
const ownConnectionEvery = 10;
/** One reply in so many is under way when the session ends. */
const unfinishedEvery = 20;

/** Creates so many sessions, talks in and listens to every one, ends them all, and returns once everybody is gone. */
export const runWave = async (url: string, size: number): Promise<void> => {
  const client = createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: `${url}/trpc`, maxItems: callsABatch })],
  });
  const agentOf = (index: number) => (index % unfinishedEvery === 0 ? typewriterId : echoId);
  const sessions = await inTurns(Array.from({ length: size }), (_, index) =>
    client.createSession.mutate({ agentId: agentOf(index), userId }),
  );
  const ids = sessions.map(({ sessionId }) => sessionId);
  const shared = [];
  for (let from = 0; from < size; from += subscriptionsASocket)
    shared.push(listenTogether(url, ids.slice(from, from + subscriptionsASocket)));
  const alone = ids.flatMap((sessionId, index) => {
    const wire = crowdWires[(index / ownConnectionEvery) % crowdWires.length] as CrowdWire | undefined;
    return wire ? [{ wire, member: wire.join(url, sessionId) }] : [];
  });
  await Promise.all([
    ...shared.map(({ started }) => started),
    ...alone.map(({ member }) => member.started),
    inTurns(ids, (sessionId) => send(client, sessionId)),
  ]);
  await endAll(client, ids);
  await Promise.all(shared.map(({ over }) => over));
  for (const { wire, member } of alone) await expectEnded(wire, member);
};

const send = (client: TRPCClient<AppRouter>, sessionId: string) =>
  // The typewriter alone heeds the delay: its reply will not be done before the end.
  client.sendSessionMessage.mutate({ sessionId, content: "are you there?", metadata: { delayMs: 60_000 } });

/** One half call by call, the other half at once. */
const endAll = async (client: TRPCClient<AppRouter>, ids: readonly string[]): Promise<void> => {
  const half = Math.floor(ids.length / 2);
  await inTurns(ids.slice(0, half), (sessionId) => client.endSession.mutate({ sessionId }));
  const { ended } = await client.endSessions.mutate({ sessionIds: ids.slice(half) });
  if (ended !== ids.length - half) throw new Error(`${ended} of ${ids.length - half} sessions were ended`);
};

/** Stock tRPC subscriptions on one socket. */
const listenTogether = (url: string, ids: readonly string[]) => {
  const socket = openTrpcSocket(url, undefined, true);
  const client = createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] });
  const members = ids.map((sessionId) => {
    let last = "nothing";
    let start: () => void = () => {};
    const started = new Promise<void>((resolve) => {
      start = resolve;
    });
    const over = new Promise<void>((resolve, reject) => {
      const fail = (why: unknown) =>
        reject(new Error(`the last of ${sessionId} was ${last}: ${String(why)}`));
      client.sessionEvents.subscribe(
        { sessionId },
        {
          onData: ({ data }) => {
            last = data.type;
            start();
          },
          onComplete: () => (last === "session.ended" ? resolve() : fail("completed")),
          onError: fail,
        },
      );
    });
    return { started, over };
  });
  return {
    started: Promise.all(members.map(({ started }) => started)),
    over: Promise.all(members.map(({ over }) => over)).then(() => socket.close()),
  };
};

const expectEnded = async (wire: CrowdWire, member: Member): Promise<void> => {
  const { types, how } = await member.over;
  if (how !== wire.ended || types.at(-1) !== "session.ended")
    throw new Error(`a listener on ${wire.wire} was let go with ${how} after ${types.at(-1)}`);
};
