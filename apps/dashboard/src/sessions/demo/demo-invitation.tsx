import { MessagesSquare } from "lucide-react";
import { BlankState } from "../../ui/layout/blank-state";
import { DemoButton } from "./demo-button";

/** Offers a demo session where there is no session to show. */
export const DemoInvitation = ({ title }: { readonly title: string }) => (
  <BlankState icon={MessagesSquare} title={title} action={<DemoButton kind="primary" />}>
    Start a demo session with the Typewriter agent: it answers word by word, so you can end it in mid-reply.
  </BlankState>
);
