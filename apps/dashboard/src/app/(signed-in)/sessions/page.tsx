import type { Metadata } from "next";
import { SessionsView } from "../../../sessions/sessions-view";

export const metadata: Metadata = { title: "Sessions" };

const SessionsPage = () => <SessionsView />;

export default SessionsPage;
