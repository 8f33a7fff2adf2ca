import { redirect } from "next/navigation";
import { sessionIdInPath } from "../../../session-id-in-path";

interface EndingPageProps {
  readonly params: Promise<{ readonly sessionId: string }>;
}

/** Redirects to the page of the session, which also shows its ending. */
const EndingPage = async ({ params }: EndingPageProps): Promise<never> =>
  redirect(`/sessions/${encodeURIComponent(sessionIdInPath((await params).sessionId))}`);

export default EndingPage;
