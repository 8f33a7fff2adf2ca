/** For the simulation alone, whose mutants break these classes; no other package may import it. */

export { Sequencer } from "./realtime/sequencer.js";
export { SessionChannel } from "./realtime/session-channel.js";
export { Subscriber } from "./realtime/subscriber.js";
export { InFlightReply } from "./replies/in-flight-reply.js";
