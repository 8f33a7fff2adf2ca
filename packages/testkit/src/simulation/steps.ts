import type { Inputs } from "@adjourn/sessions";
import { Violation } from "./model.js";
import { askBlock, askUnblock } from "./requests/block-requests.js";
import { askCancel } from "./requests/cancel-requests.js";
import {
  ask,
  askEnd,
  askEndMany,
  askMessages,
  askSend,
  askState,
  checkGoneCode,
  type Send,
} from "./requests/requests.js";
import type { Step, StepKind } from "./schedule.js";
import { agentId, agentKinds } from "./simulated/simulated-agents.js";
import type { SimulatedNode } from "./simulated/simulated-node.js";
import { type Client, SimulatedSubscriber, type SubscriberStyle } from "./simulated/simulated-subscriber.js";
import type { World } from "./world.js";

const users = ["00000000-0000-4000-8000-0000000000b1", "00000000-0000-4000-8000-0000000000b2"] as const;

/** What the clients know: the sessions that were created, and the calls that they may repeat. */
export interface Known {
  readonly sessions: { readonly sessionId: string; readonly channelId: string; readonly userId: string }[];
  readonly creates: { readonly input: Inputs["createSession"]; sessionId: string | null }[];
  readonly keyedEnds: { readonly sessionId: string; readonly idempotencyKey: string }[];
  readonly keyedSends: (Send & { readonly sessionId: string })[];
  steps: number;
}

export const nothingKnown = (): Known => ({
  sessions: [],
  creates: [],
  keyedEnds: [],
  keyedSends: [],
  steps: 0,
});

/** Does a step with the sessions and connections that exist; does nothing if there is none. */
export const doStep = (world: World, known: Known, { do: kind, node: index, session, pick }: Step): void => {
  known.steps += 1;
  const node = world.nodes[index % world.nodes.length];
  if (node) stepKinds[kind]({ session, pick, world, known, node });
};

interface StepContext extends Pick<Step, "session" | "pick"> {
  readonly world: World;
  readonly known: Known;
  readonly node: SimulatedNode;
}

const stepKinds: Record<StepKind, (context: StepContext) => void> = {
  create: ({ world, known, node, pick }) => {
    const kind = agentKinds[pick % agentKinds.length] ?? "prompt";
    const userId = users[pick % 2] ?? users[0];
    const key = pick % 4 === 0 ? { idempotencyKey: `create ${known.steps}` } : {};
    const minutes = pick % 3 === 0 ? { timeoutMinutes: 5, maxDurationMinutes: 8 } : {};
    const input = {
      agentId: agentId(kind),
      userId,
      timeoutConfig: { ...minutes, autoRenew: pick % 5 !== 0 },
    };
    create(world, known, node, { ...input, ...key });
  },
  createAgain: ({ world, known, node, pick, session }) => {
    const earlier = knownSession(known, session);
    if (!earlier) return;
    const kind = agentKinds[pick % agentKinds.length] ?? "prompt";
    const { userId, channelId } = earlier;
    create(world, known, node, { agentId: agentId(kind), userId, channelId });
  },
  retryCreate: ({ world, known, node, pick }) => {
    const keyed = known.creates.filter(({ input }) => input.idempotencyKey);
    const earlier = keyed[pick % keyed.length];
    if (earlier) create(world, known, node, earlier.input);
  },
  send: ({ world, known, node, pick, session }) => {
    const to = knownSession(known, session);
    if (!to) return;
    const send = { content: `m${known.steps}`, transport: transportOf(pick) };
    if (pick % 3 !== 0) return askSend(world, node, to.sessionId, send);
    const keyed = { ...send, sessionId: to.sessionId, idempotencyKey: `send ${known.steps}` };
    known.keyedSends.push(keyed);
    askSend(world, node, to.sessionId, keyed);
    // A caller that gets no answer for a moment asks another node.
    const other = world.nodes[(world.nodes.indexOf(node) + 1) % world.nodes.length];
    if (other && pick % 2 === 0) askSend(world, other, to.sessionId, keyed);
  },
  retrySend: ({ world, known, node, pick }) => {
    const again = known.keyedSends[pick % known.keyedSends.length];
    if (again) askSend(world, node, again.sessionId, { ...again, transport: transportOf(pick) });
  },
  cancel: ({ world, node, pick }) => {
    const running = world.turns.filter(({ isFinished, signal }) => !isFinished && !signal.aborted);
    const turn = running[pick % running.length] ?? world.turns.at(-1);
    if (turn) askCancel(world, node, turn, pick % 3 === 0 ? "discard" : "keep");
  },
  listen: ({ world, known, node, pick, session }) => {
    const to = knownSession(known, session);
    if (!to) return;
    const client: Client = { sessionId: to.sessionId, lastId: null, cursor: null, connection: null };
    world.clients.push(client);
    listen(world, node, client, pick);
  },
  resume: ({ world, node, pick }) => {
    const gone = world.clients.filter((client) => client.connection === null && client.lastId !== null);
    const client = gone[pick % gone.length];
    if (client) listen(world, node, client, pick);
  },
  leave: ({ world, pick }) => {
    const open = world.connections.filter((connection) => connection.isOpen);
    const one = open[pick % open.length];
    world.note(() => `${one?.node.name} loses a listener`);
    one?.leave();
  },
  renew: ({ world, known, node, session }) => {
    const { sessionId } = knownSession(known, session) ?? {};
    if (sessionId) askState(world, node, sessionId, "renew", (s) => s.renewSession({ sessionId }));
  },
  heartbeat: ({ world, known, node, session }) => {
    const { sessionId } = knownSession(known, session) ?? {};
    if (sessionId) askState(world, node, sessionId, "heartbeat", (s) => s.sessionHeartbeat({ sessionId }));
  },
  patch: ({ world, known, node, session, pick }) => {
    const { sessionId } = knownSession(known, session) ?? {};
    const change = { timeoutMinutes: 5 + (pick % 7), warningThresholdMinutes: 1 + (pick % 6) };
    if (sessionId)
      askState(world, node, sessionId, "patch", (s) => s.updateSessionTimeout({ sessionId, ...change }));
  },
  read: ({ world, known, node, session }) => {
    const { sessionId, channelId } = knownSession(known, session) ?? {};
    if (sessionId) askState(world, node, sessionId, "read", (s) => s.getSession({ sessionId }));
    if (channelId) askMessages(world, node, channelId);
  },
  end: ({ world, known, node: first, session, pick }) => {
    const { sessionId } = knownSession(known, session) ?? {};
    if (!sessionId) return;
    const idempotencyKey = `end ${known.steps}`;
    const isKeyed = pick % 2 === 0;
    if (isKeyed) known.keyedEnds.push({ sessionId, idempotencyKey });
    for (let call = 0; call <= pick % 3; call += 1) {
      const node = world.nodes[(world.nodes.indexOf(first) + call) % world.nodes.length];
      const key = isKeyed && call !== 1 ? { idempotencyKey } : {};
      if (node) askEnd(world, node, { sessionId, reason: `because ${known.steps}.${call}`, ...key });
    }
  },
  retryEnd: ({ world, known, node, pick }) => {
    const again = known.keyedEnds[pick % known.keyedEnds.length];
    if (again) askEnd(world, node, { ...again, reason: `because ${known.steps}` });
  },
  endMany: ({ world, known, node, pick, session }) => {
    const to = knownSession(known, session);
    if (!to) return;
    const filter = pick % 2 === 0 ? { userId: to.userId } : { sessionIds: [to.sessionId] };
    askEndMany(world, node, { ...filter, reason: `all ${known.steps}`, dryRun: pick % 7 === 0 });
  },
  block: ({ world, known, node, pick }) => {
    askBlock(world, node, { userId: users[pick % 2] ?? users[0], pick, reason: `spam ${known.steps}` });
  },
  unblock: ({ world, node, pick }) => askUnblock(world, node, users[pick % 2] ?? users[0]),
  crash: ({ world, node }) => {
    if (!node.isAlive) return;
    world.note(() => `${node.name} dies`);
    world.crash(node);
  },
  shutDown: ({ world, node, pick }) => {
    if (!node.isAlive || node.isDraining) return;
    world.note(() => `${node.name} drains`);
    node.isDraining = true;
    void node.sessions.drain(pick).then(async () => {
      await node.sessions.close();
      // After the last answers nothing may remain that keeps the process running.
      world.scheduler.schedule(closedWithinMs, () => checkClosed(world, node), node);
    });
  },
  start: ({ world, node }) => {
    const index = world.nodes.indexOf(node);
    if (!node.isAlive) world.start(index);
  },
  cut: ({ world, node }) => {
    world.note(() => `${node.name} is cut off from the bus`);
    node.bus.cut();
  },
  heal: ({ world, node }) => {
    world.note(() => `${node.name} is back on the bus`);
    node.bus.heal();
  },
  outage: ({ world, pick }) => {
    world.note(() => `the store is down for ${pick} ms`);
    world.store.isDown = true;
    world.scheduler.schedule(pick, () => {
      world.store.isDown = false;
    });
  },
  setClock: ({ world, node, pick }) => {
    world.note(() => `the clock of ${node.name} is set`);
    node.clock.jump((pick - 500) * 3_600);
  },
  passTime: ({ world, known, session, pick }) => {
    const { sessionId } = knownSession(known, session) ?? {};
    const row = world.model.sessions.get(sessionId ?? "")?.session;
    if (!row) return;
    if (pick % 6 === 0) {
      world.note(() => `the store's clock is set back by ${pick * 4} ms`);
      return world.clock.jump(-pick * 4);
    }
    const { expiresAt, timeoutConfig } = row;
    const warnsAt = expiresAt - timeoutConfig.warningThresholdMinutes * 60_000;
    const ahead =
      (pick % 2 === 0 ? expiresAt : warnsAt) - world.clock.now() - (pick % 5 === 0 ? pick % 12 : pick % 300);
    world.note(() => `the store's clock goes on by ${ahead} ms`);
    if (ahead <= 0) return;
    world.clock.jump(ahead);
    world.model.clockJumps += 1;
    world.model.clockJumpedAt = world.scheduler.now;
  },
};

/** A cancellation that is under way waits 5 s at most, then for one read of the store. */
const closedWithinMs = 6_000;

const checkClosed = (world: World, node: SimulatedNode): void => {
  const left = node.sessions.localTotals().sessions + node.clock.pendingTimers + node.bus.subscriptions;
  if (left > 0) world.violated(new Violation("held", "a node that was closed still holds something"));
  for (const call of world.calls)
    if (call.node === node)
      world.violated(new Violation("E5", `"${call.what}" was not answered before its node closed`));
  world.crash(node);
};

const transportOf = (pick: number): Send["transport"] =>
  pick % 4 === 0 ? "http" : pick % 4 === 1 ? "sse" : "websocket";

const knownSession = ({ sessions }: Known, index: number) =>
  sessions[sessions.length - 1 - (index % sessions.length)];

const create = (world: World, known: Known, node: SimulatedNode, input: Inputs["createSession"]): void => {
  const create = { input, sessionId: null };
  if (input.idempotencyKey) known.creates.push(create);
  ask(world, node, "create", null, (s) => s.createSession(input), {
    ok: ({ sessionId, channelId, userId }) => {
      if (!world.model.sessions.has(sessionId))
        throw new Violation("E2", "201 for a session that is not stored");
      for (const { input: same, sessionId: made } of known.creates)
        if (
          input.idempotencyKey &&
          same.idempotencyKey === input.idempotencyKey &&
          made &&
          made !== sessionId
        )
          throw new Violation("E11", "one key made two sessions");
      Object.assign(create, { sessionId });
      if (!known.sessions.some((session) => session.sessionId === sessionId))
        known.sessions.push({ sessionId, channelId, userId });
    },
    refused: ({ code }) => {
      // The model checks each such refusal when the store makes it.
      if (code === "USER_BLOCKED") return;
      if (code !== "CHANNEL_IN_USE" || !input.channelId)
        throw new Violation("§2", `a create was refused with ${code}`);
    },
  });
};

const styles: readonly SubscriberStyle[] = ["prompt", "prompt", "prompt", "slow", "stuck", "vanished"];

const listen = (world: World, node: SimulatedNode, client: Client, pick: number): void => {
  if (!node.isAlive) return;
  const { sessionId, lastId } = client;
  const connection = new SimulatedSubscriber(
    client,
    node,
    styles[pick % styles.length] ?? "prompt",
    world.scheduler,
    world.random.of(`peer ${world.connections.length}`),
    world,
    (violation) => world.violated(violation),
  );
  client.connection = connection;
  world.connections.push(connection);
  const what = `listen ${sessionId.slice(0, 4)} after ${lastId?.slice(37) ?? "nothing"}`;
  // Some disconnect while they are being added, or soon after.
  if (pick % 11 === 10) world.scheduler.schedule(pick % 60, () => connection.leave());
  const input = { sessionId, lastEventId: lastId };
  ask(world, node, what, sessionId, (s) => s.sessionEvents(input, connection), {
    ok: (subscription) => {
      connection.subscription = subscription;
      if (connection.closed === "left") return subscription.leave();
      if (!connection.rules.hasStarted && connection.closed !== "draining")
        throw new Violation("§4", "subscribed without session.started");
    },
    failed: () => connection.close("refused"),
    refused: (error) => {
      if (connection.rules.hasStarted) throw new Violation("E12", "refused after session.started");
      if (error.code === "VALIDATION_ERROR") throw new Violation("§4", `${lastId}: ${error.message}`);
      checkGoneCode(world, sessionId, "E12", error);
    },
  });
};
