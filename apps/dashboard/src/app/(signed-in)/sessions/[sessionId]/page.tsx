import type { Metadata } from "next";
import { readEnding } from "../../../../api-access/read-ending";
import { sessionTitle } from "../../../../session/session-title";
import { SessionView } from "../../../../session/session-view";
import { sessionIdInPath } from "../../../session-id-in-path";

interface SessionPageProps {
  readonly params: Promise<{ readonly sessionId: string }>;
}

export const generateMetadata = async ({ params }: SessionPageProps): Promise<Metadata> => {
  const sessionId = sessionIdInPath((await params).sessionId);
  return { title: sessionTitle(sessionId, (await readEnding(sessionId)) !== null) };
};

const SessionPage = async ({ params }: SessionPageProps) => {
  const sessionId = sessionIdInPath((await params).sessionId);
  return <SessionView key={sessionId} sessionId={sessionId} knownEnding={await readEnding(sessionId)} />;
};

export default SessionPage;
