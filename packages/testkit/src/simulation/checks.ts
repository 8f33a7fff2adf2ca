import { Violation } from "./model.js";
import type { World } from "./world.js";

/** Contract E5, E6 and E7: after this time no node holds anything of an ended session. */
const dropWithinMs = 5_000;
/** Contract E8: the time from the expiry to the recorded ending. */
const expireWithinMs = 1_000;

/** E5, E7: after the time limit an ended session has no listener, no reply in flight and no unanswered call. */
export const checkTimes = (world: World): void => {
  const { scheduler, endedAt } = world;
  const isLate = (sessionId: string, troubledAt: number): boolean => {
    const since = endedAt.get(sessionId);
    return since !== undefined && scheduler.now - Math.max(since, troubledAt) > dropWithinMs;
  };
  for (const { client, node, isOpen, endCalledAt } of world.connections)
    if (isOpen && endCalledAt === null && node.isAlive && isLate(client.sessionId, node.troubledAt))
      throw new Violation("E7", "a listener is still connected 5 s after the end");
  for (const { sessionId, isFinished, signal, owner } of world.turns) {
    const node = world.nodes.find((one) => one === owner);
    if (node?.isAlive && !isFinished && !signal.aborted && isLate(sessionId, node.troubledAt))
      throw new Violation("E5", "a reply is still in flight 5 s after the end");
  }
  for (const { sessionId, node, what, askedAt } of world.calls)
    if (sessionId && isLate(sessionId, Math.max(node.troubledAt, askedAt)))
      throw new Violation("E5", `"${what}" has no answer 5 s after the end`);
};

/** E8: every node that could reach the store for a second has recorded the sessions that are due. */
export const checkExpiry = (world: World, dueSince: Map<string, number>): void => {
  const { scheduler, model, nodes } = world;
  const able = nodes.filter(({ isAlive, isDraining }) => isAlive && !isDraining);
  for (const [sessionId, { session, ending }] of model.sessions) {
    if (ending || session.expiresAt > world.clock.now()) dueSince.delete(sessionId);
    else if (!dueSince.has(sessionId)) dueSince.set(sessionId, scheduler.now);
    const since = dueSince.get(sessionId);
    if (since === undefined) continue;
    for (const node of able)
      if (scheduler.now - Math.max(since, node.troubledAt, node.startedAt) > expireWithinMs)
        throw new Violation("E8", "a session is not recorded as ended 1 s after its expiry");
  }
};

/** E2, E3, E10: the store holds exactly what the model holds. */
export const checkStore = async ({ model, tables, winners }: World): Promise<void> => {
  for (const [sessionId, known] of model.sessions) {
    const read = await tables.readSession(sessionId);
    const isLive = read.outcome === "live";
    if (isLive !== model.isLive(known)) throw new Violation("E2", `${sessionId} lives: ${isLive}`);
    const [stored] = await tables.readEndings([sessionId]);
    const { ending } = known;
    if (!ending !== !stored) throw new Violation("E10", `an ending is stored: ${stored !== undefined}`);
    if (!ending || !stored) continue;
    const sum = stored.listenersDropped + stored.operationsAborted;
    const same = { ...stored, listenersDropped: 0, operationsAborted: 0 };
    if (sum < 0 || JSON.stringify(same) !== JSON.stringify(ending))
      throw new Violation("E10", "an ending has changed");
    const winner = winners.get(sessionId);
    if (winner && (winner.reason !== ending.reason || winner.caller.actor !== ending.actor))
      throw new Violation("E10", "an ending does not say who and why");
  }
  for (const [channelId, messages] of model.channels) {
    const stored = await tables.readMessagesAfter(channelId, 0, Number.MAX_SAFE_INTEGER);
    if (stored.length !== messages.length || stored.some((message, at) => !isSame(message, messages[at])))
      throw new Violation("E3", "the messages of a channel are not those that were stored");
  }
};

const isSame = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** Some seconds after the last fault, each subscriber of a live session has received all of its messages. */
export const checkReceived = ({ connections, model }: World): void => {
  for (const { isOpen, style, client, rules, wasServedWell } of connections) {
    const known = model.sessions.get(client.sessionId);
    if (!isOpen || !known || !model.isLive(known) || style === "stuck" || style === "vanished") continue;
    const last = model.channels.get(known.session.channelId)?.length ?? 0;
    if (rules.cursor !== last) throw new Violation("§4", `received ${rules.cursor} of ${last} messages`);
    if (wasServedWell) rules.checkOwed();
  }
};

/** Admins received every end. A store clock that was set back also moves the start of a reconciliation, so it is excluded. */
export const checkAdmins = ({ admins, schedule }: World): void => {
  if (schedule.steps.some((step) => step.do === "passTime" && step.pick % 6 === 0)) return;
  for (const admin of admins) admin.checkEndsReceived();
};

/**
 * E14: each event was received, and its delivery says so. A store clock that was set back also delays an attempt, so it is
 * excluded; one that was set forward may end the day within which a delivery is tried.
 */
export const checkDeliveries = async ({ receiver, schedule, model, tables }: World): Promise<void> => {
  if (!receiver || schedule.steps.some((step) => step.do === "passTime" && step.pick % 6 === 0)) return;
  const { deliveries } = await tables.listDeliveries({}, { limit: Number.MAX_SAFE_INTEGER });
  const unsettled = deliveries.find(({ status }) => status === "pending");
  if (unsettled) throw new Violation("E14", `${unsettled.event} is still to be delivered`);
  if (deliveries.every(({ status }) => status === "delivered")) return receiver.checkAllReceived();
  if (model.clockJumps === 0) throw new Violation("E14", "a delivery has failed within a day");
};

/** Some seconds after the last session ended, no node holds anything, and every call is answered. */
export const checkNothingRemains = (world: World): void => {
  const left = (what: string) => new Violation("held", `${what} is left when all has ended`);
  for (const [sessionId, { ending }] of world.model.sessions) {
    if (!ending) throw new Violation("E8", `${sessionId} has not ended`);
    if (world.presence.isReported(sessionId)) throw left("presence");
  }
  for (const node of world.nodes) {
    if (!node.isAlive) continue;
    const { sessions, listeners, operations } = node.sessions.localTotals();
    if (sessions + listeners + operations > 0)
      throw left(`${sessions} sessions, ${listeners} listeners, ${operations} operations`);
    // The sweeper, the retention and the reconciler each keep one timer, the webhooks one or two.
    const kept = world.receiver ? 5 : 3;
    if (node.clock.pendingTimers > kept) throw left(`a timer (${node.clock.pendingTimers - kept})`);
    if (node.bus.subscriptions > 0) throw left("a subscription of the bus");
  }
  for (const { what } of world.calls) throw new Violation("E5", `"${what}" was never answered`);
  for (const { closed, rules, endCalledAt } of world.connections) {
    if (closed === null) throw new Violation("E6", "a connection was left open");
    if (rules.hasEnded && endCalledAt === null) throw new Violation("E6", "session.ended, and no close");
  }
};

/** An ending's counts are the sums over all nodes, in schedules in which no count can be lost. */
export const checkCounts = async (world: World): Promise<void> => {
  const { schedule, model, tables, connections, cutOff } = world;
  const losesCounts = ["crash", "shutDown", "outage"];
  if (schedule.faults.storeFails > 0 || schedule.steps.some((step) => losesCounts.includes(step.do))) return;
  for (const ending of await tables.readEndings([...model.sessions.keys()])) {
    const own = connections.filter(({ client }) => client.sessionId === ending.sessionId);
    const ended = own.filter(({ rules }) => rules.hasEnded).length;
    const started = own.filter(({ rules }) => rules.hasStarted).length;
    if (ending.listenersDropped < ended || ending.listenersDropped > started)
      throw new Violation(
        "E10",
        `${ending.listenersDropped} listeners dropped, ${ended} of ${started} got session.ended`,
      );
    if (ending.operationsAborted < (cutOff.get(ending.sessionId) ?? 0))
      throw new Violation(
        "E10",
        `${ending.operationsAborted} operations aborted, more were answered SESSION_ENDED`,
      );
    const messages = model.channels.get(ending.channelId) ?? [];
    const said = messages.filter(({ metadata }) => metadata.sessionId === ending.sessionId);
    const unanswered = said.reduce((count, { isAgent }) => count + (isAgent ? -1 : 1), 0);
    if (ending.operationsAborted > unanswered)
      throw new Violation(
        "E10",
        `${ending.operationsAborted} operations aborted, ${unanswered} messages have no reply`,
      );
  }
};
