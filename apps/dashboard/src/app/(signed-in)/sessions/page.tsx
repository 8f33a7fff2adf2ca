import type { Metadata } from "next";
import { SessionsPage } from "../../../sessions/sessions-page";

export const metadata: Metadata = { title: "Sessions" };

const Page = () => <SessionsPage />;

export default Page;
