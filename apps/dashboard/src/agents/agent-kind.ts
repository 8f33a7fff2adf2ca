const kinds: Readonly<Record<string, { readonly name: string; readonly about: string }>> = {
  echo: { name: "Echo", about: "Built in. Repeats the message." },
  typewriter: {
    name: "Typewriter",
    about: "Built in. Repeats the message word by word, so that an end in mid-reply can be seen.",
  },
  openai: { name: "OpenAI-compatible", about: "Streams from a chat model's endpoint." },
  webhook: { name: "Webhook", about: "Asks an address of yours, in signed requests." },
};

/** What kind of agent this is, in words. */
export const kindOf = ({ kind }: { readonly kind: string }) =>
  kinds[kind] ?? { name: kind || "Agent", about: "An agent of this installation." };
