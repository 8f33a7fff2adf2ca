import { redirect } from "next/navigation";
import { sessionIdInPath } from "../../../session-id-in-path";

interface EndingPageProps {
  readonly params: Promise<{ readonly sessionId: string }>;
}

/** An ending is shown where its session was. */
const EndingPage = async ({ params }: EndingPageProps): Promise<never> =>
  redirect(`/sessions/${encodeURIComponent(sessionIdInPath((await params).sessionId))}`);

export default EndingPage;
