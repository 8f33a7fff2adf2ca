import { wordsOf } from "@adjourn/sessions";

/** The characters of one text that are searched. */
const searchedCharacters = 65_536;
/** The words of one document; more make another one. */
const wordsPerDocument = 2_000;

/** The words of new texts, collected by channel. */
export class NewDocuments {
  private readonly byChannel = new Map<string, Set<string>>();

  add(channelId: string, text: string): void {
    const words = this.byChannel.get(channelId) ?? new Set();
    this.byChannel.set(channelId, words);
    for (const word of wordsOf(text.slice(0, searchedCharacters))) words.add(word);
  }

  /** Documents with each word once; a channel may have several, or none. */
  get documents(): readonly { readonly channelId: string; readonly words: readonly string[] }[] {
    return [...this.byChannel].flatMap(([channelId, words]) => {
      const all = [...words];
      const starts = Array.from({ length: Math.ceil(all.length / wordsPerDocument) }, (_, nth) => nth);
      return starts.map((nth) => ({
        channelId,
        words: all.slice(nth * wordsPerDocument, (nth + 1) * wordsPerDocument),
      }));
    });
  }
}
