import { describeSessionStore } from "../contracts/session-store-contract.js";
import { createFakeClock } from "../fake-clock.js";
import { createInMemorySessionStore } from "./in-memory-session-store.js";

describeSessionStore("the session store in memory", async () => {
  const clock = createFakeClock();
  const store = createInMemorySessionStore({ clock });
  return { store, other: store, advance: clock.advance, close: () => store.close() };
});
