import { type InfiniteData, InfiniteQueryObserver, QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLiveStore, type LiveStore } from "../live/live-store";
import { keepSession, sessionKey } from "../session/stream/keep-session";
import { changeFetchedLists, changeLists } from "./change-lists";
import { listKey, sessionsKey } from "./list-keys";
import type { Ending, SessionPage, SessionRow } from "./records";

const pageSize = 2;
const ids = (sessionId: string) => ({ sessionId, channelId: "c", agentId: "a", userId: "u" });
const row = (sessionId: string, second: number, messageCount = 0): SessionRow => ({
  ...ids(sessionId),
  createdAt: `2026-01-01T00:00:0${second}.000Z`,
  lastActivity: "2026-01-01T00:00:00.000Z",
  expiresAt: "2026-01-01T01:00:00.000Z",
  metadata: {},
  timeoutConfig: { timeoutMinutes: 30, autoRenew: true, maxDurationMinutes: 720, warningThresholdMinutes: 5 },
  renewalCount: 0,
  timeRemaining: 1,
  isNearExpiration: false,
  messageCount,
  listeners: 0,
  pendingOperations: 0,
  lastMessage: null,
});
const endingOf = ({ sessionId, createdAt }: SessionRow): Ending => ({
  ...ids(sessionId),
  createdAt,
  endedAt: "2026-01-01T00:01:00.000Z",
  cause: "requested",
  reason: null,
  endedBy: "admin",
  actor: null,
  messageCount: 0,
  listenersDropped: 0,
  operationsAborted: 0,
});

/** A list of four sessions in two pages, whose answers the test gives when it wants. */
const openList = (queryClient: QueryClient) => {
  const asked: { readonly cursor: string | undefined; answer(): void }[] = [];
  const live = [row("d", 4), row("c", 3), row("b", 2), row("a", 1)];
  const observer = new InfiniteQueryObserver<
    SessionPage,
    Error,
    InfiniteData<SessionPage>,
    readonly unknown[],
    string | undefined
  >(queryClient, {
    queryKey: listKey(sessionsKey, {}, pageSize),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.nextCursor,
    queryFn: ({ pageParam: cursor }) =>
      new Promise((resolve) => {
        const sessions = cursor === undefined ? live.slice(0, pageSize) : live.slice(pageSize);
        const page = {
          sessions,
          total: live.length,
          stats: { totalSessions: 0, activeSessions: 0, expiredSessions: 0 },
        };
        asked.push({
          cursor,
          answer: () => resolve(cursor === undefined ? { ...page, nextCursor: "next" } : page),
        });
      }),
  });
  const close = observer.subscribe(() => {});
  const shown = () =>
    (observer.getCurrentResult().data?.pages ?? []).flatMap(({ sessions }) =>
      sessions.map(({ sessionId, messageCount }) => `${sessionId}${messageCount}`),
    );
  /** Answers the request that is asked next. */
  const answerNext = async () => {
    await expect.poll(() => asked.length, { interval: 1 }).toBeGreaterThan(0);
    asked.shift()?.answer();
  };
  return {
    observer,
    close,
    shown,
    answerNext,
    asked,
    total: () => totalOf(observer.getCurrentResult().data),
  };
};
const totalOf = (data: InfiniteData<SessionPage> | undefined) => data?.pages[0]?.total;

describe("changes that arrive while a list is fetched", () => {
  let queryClient: QueryClient;
  let store: LiveStore;
  let list: ReturnType<typeof openList>;
  let stop: () => void;

  beforeEach(async () => {
    queryClient = new QueryClient();
    store = createLiveStore(() => 0);
    stop = changeFetchedLists(queryClient, store);
    list = openList(queryClient);
    await list.answerNext();
    await expect.poll(list.shown).toEqual(["d0", "c0"]);
  });
  afterEach(() => {
    list.close();
    stop();
    queryClient.clear();
  });

  const change = () => {
    store.take({ type: "session.created", session: row("e", 5) });
    store.take({ type: "session.changed", session: row("c", 3, 7) });
    store.take({ type: "session.ended", ending: endingOf(row("d", 4)) });
  };

  it("outlast the fetch of the next page", async () => {
    const fetched = list.observer.fetchNextPage();
    change();
    changeLists(queryClient, store);
    await list.answerNext();
    await fetched;
    expect(list.shown()).toEqual(["e0", "c7", "b0", "a0"]);
    expect(list.total()).toBe(4);
  });

  it("outlast it too if the lists were to be given them when it began", async () => {
    change();
    const fetched = list.observer.fetchNextPage();
    changeLists(queryClient, store);
    await list.answerNext();
    await fetched;
    expect(list.shown()).toEqual(["e0", "c7", "b0", "a0"]);
  });

  it("outlast a refetch of several pages, of which the first was answered before them", async () => {
    const more = list.observer.fetchNextPage();
    await list.answerNext();
    await more;
    const fetched = list.observer.refetch();
    await list.answerNext();
    await expect.poll(() => list.asked[0]?.cursor, { interval: 1 }).toBe("next");
    change();
    changeLists(queryClient, store);
    await list.answerNext();
    await fetched;
    expect(list.shown()).toEqual(["e0", "c7", "b0", "a0"]);
    expect(list.total()).toBe(4);
  });
});

it("what an event says of a session outlasts a request that was under way", async () => {
  const queryClient = new QueryClient();
  const queryKey = sessionKey("s");
  const old = row("s", 1);
  queryClient.setQueryData(queryKey, old);
  let answer = (_: SessionRow): void => {};
  const queryFn = () =>
    new Promise<SessionRow>((resolve) => {
      answer = resolve;
    });
  const fetched = queryClient.fetchQuery({ queryKey, queryFn, staleTime: 0 });
  const renewed = { ...old, renewalCount: 1 };
  keepSession(queryClient, renewed);
  answer(old);
  await fetched;
  expect(queryClient.getQueryData(queryKey)).toEqual(renewed);
  queryClient.clear();
});
