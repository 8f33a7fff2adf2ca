/** For the simulation alone, whose mutants break these classes; no other package may import it. */

export { ChannelReplies } from "./realtime/channel-replies.js";
export { Hub } from "./realtime/hub.js";
export { RemoteTexts } from "./realtime/remote-texts.js";
export { Sequencer } from "./realtime/sequencer.js";
export { SessionChannel } from "./realtime/session-channel.js";
export { Subscriber } from "./realtime/subscriber.js";
export { InFlightReply } from "./replies/in-flight-reply.js";
