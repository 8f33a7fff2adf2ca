import { refusals } from "../../../../requests/refused-request";

/** Answers the requests that `refused-request.ts` rewrites. */
export const GET = async (
  _request: Request,
  { params }: { params: Promise<{ status: string }> },
): Promise<Response> => {
  const { status } = await params;
  const refusal = refusals.find((one) => String(one.status) === status) ?? notFound;
  return new Response(`${refusal.message}\n`, {
    status: refusal.status,
    headers: { ...refusal.headers, "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });
};

const notFound = { status: 404, message: "There is no such page.", headers: {} };
