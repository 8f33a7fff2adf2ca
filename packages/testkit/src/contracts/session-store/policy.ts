import { longestDurationMinutes, type SessionStore } from "@adjourn/sessions";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createInMemorySessionStore } from "../../in-memory/in-memory-session-store.js";
import { propertyRuns } from "../../property-runs.js";
import { minute, newMessageDraft, newSessionDraft, type Setting } from "./setup.js";

const minutes = (min: number, max: number) => fc.integer({ min, max });

/** Few and close values, so that caps, timeouts and warning windows are reached, left and reached exactly. */
const fields = {
  timeoutMinutes: minutes(5, 12),
  autoRenew: fc.boolean(),
  maxDurationMinutes: minutes(12, 36),
  warningThresholdMinutes: minutes(1, 14),
};
const timeoutConfigs = fc.record(fields);
const changes = fc.record({ ...fields, maxDurationMinutes: minutes(10, 36) }, { requiredKeys: [] });

const steps = fc.oneof(
  fc.record({ do: fc.constant("wait" as const), minutes: minutes(0, 5) }),
  fc.record({ do: fc.constant("update" as const), change: changes }),
  fc.record({ do: fc.constantFrom("renew", "heartbeat", "say", "sweep") }),
);
type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never;

const take = async (store: SessionStore, sessionId: string, step: Step): Promise<unknown> => {
  switch (step.do) {
    case "update":
      return store.updateTimeout(sessionId, "change" in step ? step.change : {});
    case "renew":
      return store.renewSession(sessionId);
    case "heartbeat":
      return store.recordHeartbeat(sessionId);
    case "say": {
      const outcome = await store.appendMessage(newMessageDraft(sessionId));
      return outcome.outcome === "stored" ? [outcome.session, outcome.wasRenewed] : outcome;
    }
    default:
      return [await store.hasDue(), await store.expireSessions(10), await store.claimWarnings(10)];
  }
};

/** Compares a store with the in-memory one, which computes expiry, renewal and warnings by the timeout policy. */
export const describePolicy = (setting: () => Setting): void => {
  test("expiry, renewal and warnings follow the timeout policy for every sequence of changes", async () => {
    const s = setting();
    const model = createInMemorySessionStore({
      clock: { now: () => s.store.now(), setTimeout: () => ({ cancel: () => {} }) },
    });
    await fc.assert(
      fc.asyncProperty(
        timeoutConfigs,
        fc.array(steps, { minLength: 5, maxLength: 15 }),
        async (timeoutConfig, taken) => {
          const draft = newSessionDraft({ timeoutConfig });
          const { sessionId } = draft;
          expect(await s.store.createSession(draft, null)).toEqual(await model.createSession(draft, null));
          for (const step of taken)
            if (step.do === "wait" && "minutes" in step) await s.advance(step.minutes * minute);
            else expect(await take(s.store, sessionId, step)).toEqual(await take(model, sessionId, step));
          // The clock never goes back, so this run's session must not be due in the next one.
          await s.advance(longestDurationMinutes * minute);
          const swept = { do: "sweep" } as const;
          expect(await take(s.store, sessionId, swept)).toEqual(await take(model, sessionId, swept));
        },
      ),
      propertyRuns(30),
    );
  });
};
