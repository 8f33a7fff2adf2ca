import type { Metadata } from "next";
import { BlocksView } from "../../../blocks/blocks-view";

export const metadata: Metadata = { title: "Blocks" };

const BlocksPage = () => <BlocksView />;

export default BlocksPage;
