import { createClient, SessionError, type SessionRow } from "@adjourn/client";
import { adjournKey, adjournUrl } from "./env.js";

const phrases = process.argv.slice(2).map((phrase) => phrase.toLowerCase());
const client = createClient({ url: adjournUrl, token: adjournKey });

/** All live sessions, page by page. */
async function* liveSessions(): AsyncGenerator<SessionRow> {
  let cursor: string | undefined;
  do {
    const page = await client.trpc.listSessions.query({ limit: 100, cursor });
    yield* page.sessions;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

/** The first forbidden phrase among the newest messages of the user. */
const forbiddenIn = async (sessionId: string): Promise<string | undefined> => {
  const { messages } = await client.trpc.getSessionMessages.query({ sessionId, limit: 50 });
  const said = messages.filter(({ isAgent }) => !isAgent).map(({ content }) => content.toLowerCase());
  return phrases.find((phrase) => said.some((content) => content.includes(phrase)));
};

const moderate = async (sessionId: string): Promise<void> => {
  try {
    const phrase = await forbiddenIn(sessionId);
    if (phrase === undefined) return;
    await client.session(sessionId).end({ reason: `Forbidden phrase: ${phrase}` });
    console.log(`ended ${sessionId}: ${phrase}`);
  } catch (error) {
    // Over by now: it has expired, or somebody else was faster.
    const isOver = error instanceof SessionError && /^SESSION_(NOT_FOUND|EXPIRED)$/.test(error.code);
    if (!isOver) throw error;
  }
};

for await (const { sessionId } of liveSessions()) await moderate(sessionId);
await client.close();
