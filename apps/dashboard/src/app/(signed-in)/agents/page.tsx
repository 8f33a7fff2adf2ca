import type { Metadata } from "next";
import { AgentsView } from "../../../agents/agents-view";

export const metadata: Metadata = { title: "Agents" };

const AgentsPage = () => <AgentsView />;

export default AgentsPage;
