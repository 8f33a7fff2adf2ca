import {
  checkAdmins,
  checkCounts,
  checkDeliveries,
  checkExpiry,
  checkNothingRemains,
  checkReceived,
  checkStore,
  checkTimes,
} from "./checks.js";
import { Violation } from "./model.js";
import type { Schedule } from "./schedule.js";
import { settle } from "./scheduler.js";
import { doStep, nothingKnown } from "./steps.js";
import { type Mutation, World } from "./world.js";

export interface Failure {
  readonly schedule: Schedule;
  readonly promise: string;
  readonly what: string;
  /** Simulated ms since the start. */
  readonly at: number;
  readonly trace: readonly string[];
}

/** The interval, in simulated ms, between two checks of the time limits. */
const checkEveryMs = 25;

/** Runs a schedule to its end, or to the first promise that is broken; null where none was. */
export const runSchedule = async (
  schedule: Schedule,
  mutation: Mutation = {},
  /** Gets one line for each thing that happens. */
  trace: string[] | null = null,
): Promise<Failure | null> => {
  const dueSince = new Map<string, number>();
  let checkedAt = 0;
  const afterEach = (world: World): void => {
    if (world.scheduler.now - checkedAt < checkEveryMs) return;
    checkedAt = world.scheduler.now;
    world.check(() => checkTimes(world));
    world.check(() => checkExpiry(world, dueSince));
  };
  const restoreDigest = replaceDigest();
  const restorePatched = mutation.patch?.();
  try {
    const world = new World(schedule, mutation, afterEach, trace);
    try {
      await play(world);
    } catch (cause) {
      if (!(cause instanceof Violation)) throw cause;
      world.violated(cause);
    }
    const { violation } = world;
    for (const node of world.nodes) node.isAlive = false;
    return violation && { schedule, ...pick(violation), at: world.scheduler.now, trace: trace ?? [] };
  } finally {
    restorePatched?.();
    restoreDigest();
  }
};

const pick = ({ promise, what }: Violation) => ({ promise, what });

const play = async (world: World): Promise<void> => {
  const { scheduler, schedule } = world;
  const known = nothingKnown();
  for (const step of schedule.steps) {
    if (!(await scheduler.advance(step.after))) return;
    doStep(world, known, step);
    await settle();
    await checkStore(world);
    if (world.violation) return;
  }
  await finish(world);
};

/** Removes all faults, checks the live sessions, ends them, and checks that nothing remains. */
const finish = async (world: World): Promise<void> => {
  const { scheduler, schedule } = world;
  world.note(() => "all is healed");
  world.store.isDown = false;
  world.store.isHealthy = true;
  world.bus.isHealthy = true;
  if (world.receiver) world.receiver.isHealthy = true;
  world.nodes.forEach((node, index) => {
    if (node.isDraining) world.crash(node);
    if (node.isAlive) node.bus.heal();
    else world.start(index);
  });
  // Slow readers need longer for a long conversation.
  if (!(await scheduler.advance(Math.max(7_000, schedule.steps.length * 200)))) return;
  if (!(await repliesEnd(world))) return;
  checkReceived(world);
  await checkStore(world);
  world.note(() => "all is ended");
  const node = world.nodes.find(({ isAlive }) => isAlive);
  const sessionIds = [...world.model.sessions.keys()];
  const caller = { endedBy: "admin", actor: null } as const;
  const ended = node?.sessions.endSessions({ sessionIds, reason: "all", dryRun: false }, caller);
  void ended?.catch(() => {});
  if (!(await scheduler.advance(10_000))) return;
  if (world.admins.length > 0) {
    checkAdmins(world);
    for (const admin of world.admins) admin.leave();
    if (!(await scheduler.advance(2_000))) return;
  }
  if (!(await deliveriesSettle(world))) return;
  await checkDeliveries(world);
  checkNothingRemains(world);
  await checkCounts(world);
  await checkStore(world);
};

/** Replies that wait for each other take longer than the rest. @returns false after a violation */
const repliesEnd = async ({ nodes, turns, scheduler }: World): Promise<boolean> => {
  const isPending = () =>
    nodes.some(({ isAlive, sessions }) => isAlive && sessions.localTotals().operations > 1);
  if (!turns.some(({ isOrdered }) => isOrdered) || !isPending()) return true;
  for (let second = 0; second < 30 && isPending(); second += 1)
    if (!(await scheduler.advance(1_000))) return false;
  return scheduler.advance(3_000);
};

/** An attempt that failed is repeated after minutes at most here. @returns false after a violation */
const deliveriesSettle = async ({ receiver, tables, scheduler }: World): Promise<boolean> => {
  if (!receiver) return true;
  for (let waits = 0; waits < 90 && (await tables.countPendingDeliveries()).count > 0; waits += 1)
    if (!(await scheduler.advance(10_000))) return false;
  return scheduler.advance(1_000);
};

/** The platform hashes on another thread, at a time that no seed determines. This hash is ready at once. */
const replaceDigest = (): (() => void) => {
  const digest = async (_algorithm: AlgorithmIdentifier, data: BufferSource): Promise<ArrayBuffer> => {
    const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer);
    let hash = 0x811c9dc5;
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
    return Uint32Array.of(hash >>> 0, bytes.length).buffer;
  };
  Object.defineProperty(crypto.subtle, "digest", { value: digest, configurable: true });
  return () => void Reflect.deleteProperty(crypto.subtle, "digest");
};
