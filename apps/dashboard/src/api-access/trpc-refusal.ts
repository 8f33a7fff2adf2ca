const refusals = {
  FORBIDDEN: { status: 403, code: "FORBIDDEN", number: -32003 },
  PAYLOAD_TOO_LARGE: { status: 413, code: "PAYLOAD_TOO_LARGE", number: -32013 },
  SERVICE_UNAVAILABLE: { status: 503, code: "SERVICE_UNAVAILABLE", number: -32603 },
} as const;

/** An error answer of this server in tRPC's wire format, which the browser's client parses. */
export const trpcRefusal = (code: keyof typeof refusals, message: string): Response => {
  const { status, code: trpcCode, number } = refusals[code];
  const data = { code: trpcCode, httpStatus: status, session: { code, details: {} } };
  return Response.json({ error: { message, code: number, data } }, { status });
};
