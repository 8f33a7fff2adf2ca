import type { Metadata } from "next";
import { EndingView } from "../../../../endings/ending-view";

interface EndingPageProps {
  readonly params: Promise<{ readonly sessionId: string }>;
}

export const generateMetadata = async ({ params }: EndingPageProps): Promise<Metadata> => ({
  title: `Ending ${decodeURIComponent((await params).sessionId).slice(0, 8)}`,
});

const EndingPage = async ({ params }: EndingPageProps) => (
  <EndingView sessionId={decodeURIComponent((await params).sessionId)} />
);

export default EndingPage;
