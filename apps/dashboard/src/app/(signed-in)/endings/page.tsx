import type { Metadata } from "next";
import { EndingsView } from "../../../endings/endings-view";

export const metadata: Metadata = { title: "Endings" };

const EndingsPage = () => <EndingsView />;

export default EndingsPage;
