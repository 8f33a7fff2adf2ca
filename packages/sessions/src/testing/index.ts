export { describeEventBus, type OpenBus } from "./event-bus-contract.js";
export { createFakeClock, type FakeClock } from "./fake-clock.js";
export { createInMemoryEventBus, noPresence } from "./in-memory-event-bus.js";
export { createInMemorySessionStore } from "./in-memory-session-store.js";
export { RecordingWriter } from "./recording-writer.js";
export { ScriptedAgent, type ScriptedReply, scriptedAgentId } from "./scripted-agent.js";
export { describeSessionStore } from "./session-store-contract.js";
export { type DraftParts, newSessionDraft, type OpenStore } from "./session-store-contract-setting.js";
export { createTestWorld, silentLog, type TestWorld, testUserId } from "./test-world.js";
