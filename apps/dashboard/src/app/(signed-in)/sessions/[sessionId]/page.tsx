import type { Metadata } from "next";
import { SessionView } from "../../../../session/session-view";
import { sessionIdInPath } from "../../../session-id-in-path";

interface SessionPageProps {
  readonly params: Promise<{ readonly sessionId: string }>;
}

export const generateMetadata = async ({ params }: SessionPageProps): Promise<Metadata> => ({
  title: `Session ${sessionIdInPath((await params).sessionId).slice(0, 8)}`,
});

const SessionPage = async ({ params }: SessionPageProps) => {
  const sessionId = sessionIdInPath((await params).sessionId);
  return <SessionView key={sessionId} sessionId={sessionId} />;
};

export default SessionPage;
