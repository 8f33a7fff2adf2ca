import { createFakeClock } from "./fake-clock.js";
import { createInMemorySessionStore } from "./in-memory-session-store.js";
import { describeSessionStore } from "./session-store-contract.js";

describeSessionStore("the session store in memory", async () => {
  const clock = createFakeClock();
  const store = createInMemorySessionStore({ clock });
  return { store, other: store, advance: clock.advance, close: () => store.close() };
});
