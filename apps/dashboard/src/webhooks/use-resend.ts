"use client";

import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { deliveriesKey } from "../lists/list-keys";
import { describeFailure } from "../live/call-error";
import { inBackground } from "../live/in-background";
import { useAnnounce } from "../ui/announcer";

/** Asks for one more attempt of a delivery. */
export const useResend = () => {
  const api = useTRPCClient();
  const queryClient = useQueryClient();
  const announce = useAnnounce();
  return useMutation({
    mutationFn: (id: string) => api.resendWebhook.mutate({ id }),
    onSuccess: () => {
      announce({ title: "Sending again", detail: "The attempt appears in the list" });
      inBackground(queryClient.invalidateQueries({ queryKey: [deliveriesKey] }));
    },
    onError: (error) =>
      announce({
        title: "Not sent again",
        detail: describeFailure(error),
      }),
  });
};
