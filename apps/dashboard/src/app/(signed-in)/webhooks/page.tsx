import type { Metadata } from "next";
import { DeliveriesView } from "../../../webhooks/deliveries-view";

export const metadata: Metadata = { title: "Webhooks" };

const WebhooksPage = () => <DeliveriesView />;

export default WebhooksPage;
