import { afterEach, expect, test, vi } from "vitest";
import { requestReply } from "./send-request.js";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A server whose answer the test writes, and that notices when it is left. */
const stubFetch = () => {
  let write: (text: string) => void = () => {};
  const left = vi.fn();
  vi.stubGlobal("fetch", async (_: string, { signal }: { readonly signal: AbortSignal }) => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        write = (text) => controller.enqueue(new TextEncoder().encode(text));
        signal.addEventListener("abort", () => {
          left();
          controller.error(signal.reason);
        });
      },
    });
    return new Response(body);
  });
  return { write: (text: string) => write(text), left };
};

const request = { url: "http://127.0.0.1/", headers: {}, body: {}, onText: () => {} };

test("a server that goes silent is left, as a lost connection; its comments show that it is there", async () => {
  vi.useFakeTimers();
  const { write, left } = stubFetch();
  const failed = requestReply({ ...request, signal: new AbortController().signal }).catch(
    (error: unknown) => error,
  );
  for (let comments = 0; comments < 10; comments += 1) {
    await vi.advanceTimersByTimeAsync(15_000);
    write(": still here\n\n");
  }
  await vi.advanceTimersByTimeAsync(34_000);
  expect(left).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(left).toHaveBeenCalledOnce();
  expect(await failed).toMatchObject({ code: "NO_ANSWER", cause: { name: "TypeError" } });
});

test("nothing is left of a request that is over: no timer, and no listener on the caller's signal", async () => {
  vi.useFakeTimers();
  const { write } = stubFetch();
  const { signal } = new AbortController();
  const removed = vi.spyOn(signal, "removeEventListener");
  const reply = requestReply({ ...request, signal });
  await vi.advanceTimersByTimeAsync(0);
  write('event: done\ndata: {"id":"a","text":"b","content":"b"}\n\n');
  expect(await reply).toEqual({ id: "a", content: "b" });
  expect(vi.getTimerCount()).toBe(0);
  expect(removed).toHaveBeenCalledWith("abort", expect.any(Function));
});

test.each([
  ["an answer that ends early", 'event: chunk\ndata: {"chunk":"a"}\n\n', "TypeError"],
  ["an answer of another server", "<html>", "SyntaxError"],
])("%s is none", async (_, text, name) => {
  vi.stubGlobal("fetch", async () => new Response(text, { status: name === "TypeError" ? 200 : 404 }));
  await expect(requestReply({ ...request, signal: new AbortController().signal })).rejects.toMatchObject({
    code: "NO_ANSWER",
    cause: { name },
  });
});
