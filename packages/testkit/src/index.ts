export { describeEventBus, type OpenBus } from "./contracts/event-bus-contract.js";
export {
  type DraftParts,
  newMessageDraft,
  newSessionDraft,
  type OpenStore,
} from "./contracts/session-store/setup.js";
export { describeSessionStore } from "./contracts/session-store-contract.js";
export { contractWatches } from "./contracts/webhook-store/setup.js";
export { describeWebhookStore } from "./contracts/webhook-store-contract.js";
export { createFakeClock, type FakeClock } from "./fake-clock.js";
export { freePort } from "./free-port.js";
export { createInMemoryEventBus, noPresence } from "./in-memory/in-memory-event-bus.js";
export { createInMemorySessionStore } from "./in-memory/in-memory-session-store.js";
export { printPageOnFailure } from "./print-page-on-failure.js";
export { type DrawSettings, drawSeed, propertyRuns } from "./property-runs.js";
export { RecordingSink } from "./recording-sink.js";
export { retainedBytes } from "./retained-bytes.js";
export { ScriptedAgent, type ScriptedReply, scriptedAgentId } from "./scripted-agent.js";
export { createTestService, silentLog, type TestService, testUserId } from "./test-service.js";
export { webSocketHandshake } from "./web-socket-handshake.js";
