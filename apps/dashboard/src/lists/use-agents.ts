"use client";

import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useQuery } from "@tanstack/react-query";
import { shortId } from "./records";

export const useAgents = () => {
  const api = useTRPCClient();
  const query = useQuery({
    queryKey: ["agents"],
    queryFn: ({ signal }) => api.listAgents.query({ withKinds: true }, { signal }),
    staleTime: 60_000,
  });
  const kinds = query.data?.kinds ?? {};
  const agents = (query.data?.data.agents ?? []).map((agent) => ({ ...agent, kind: kinds[agent.id] ?? "" }));
  return {
    query,
    agents,
    /** Empty until the names are loaded; of an agent that is no more, the start of its id. */
    agentName: (id: string): string =>
      agents.find((agent) => agent.id === id)?.name ?? (query.isPending ? "" : shortId(id)),
  };
};
