import type { Metadata } from "next";
import { EndingView } from "../../../../endings/ending-view";
import { sessionIdInPath } from "../../../session-id-in-path";

interface EndingPageProps {
  readonly params: Promise<{ readonly sessionId: string }>;
}

export const generateMetadata = async ({ params }: EndingPageProps): Promise<Metadata> => ({
  title: `Ending ${sessionIdInPath((await params).sessionId).slice(0, 8)}`,
});

const EndingPage = async ({ params }: EndingPageProps) => (
  <EndingView sessionId={sessionIdInPath((await params).sessionId)} />
);

export default EndingPage;
