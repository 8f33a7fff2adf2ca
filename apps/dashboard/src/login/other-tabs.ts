/** What an admin did in one tab: signed in or out. */
type SignInChange = "in" | "out";

let channel: BroadcastChannel | null = null;

// One object a tab, since a channel does not receive what it posts itself.
const openChannel = (): BroadcastChannel => {
  channel ??= new BroadcastChannel("adjourn-sign-in");
  return channel;
};

/** Reports a change to the other tabs of this browser. */
export const reportToOtherTabs = (change: SignInChange): void => openChannel().postMessage(change);

/** @returns a function that stops listening */
export const listenToOtherTabs = (listener: (change: SignInChange) => void): (() => void) => {
  const tabs = openChannel();
  const onMessage = ({ data }: MessageEvent<unknown>) => {
    if (data === "in" || data === "out") listener(data);
  };
  tabs.addEventListener("message", onMessage);
  return () => tabs.removeEventListener("message", onMessage);
};
