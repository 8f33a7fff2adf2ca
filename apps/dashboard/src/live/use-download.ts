"use client";

import { useTRPCClient } from "@adjourn/client/tanstack-query";
import type { MouseEvent } from "react";
import { useAnnounce } from "../ui/announcer";
import { describeError } from "./call-error";
import { inBackground } from "./in-background";

/** Follows the link with a ticket, since a link can't carry the key. */
export const useDownload = () => {
  const api = useTRPCClient();
  const announce = useAnnounce();
  return (event: MouseEvent<HTMLAnchorElement>) => {
    event.preventDefault();
    const url = new URL(event.currentTarget.href);
    const follow = async () => {
      try {
        const { ticket } = await api.issueTicket.mutate();
        url.searchParams.set("ticket", ticket);
        window.location.assign(url);
      } catch (error) {
        announce({ title: "Not exported", detail: describeError(error) });
      }
    };
    inBackground(follow());
  };
};
