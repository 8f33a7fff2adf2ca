import type { Page, Request } from "playwright-core";
import { onTestFailed, TestRunner } from "vitest";

/** The most recent lines that are kept of a page. */
const keptLines = 80;

const calls = new Set(["document", "fetch", "xhr"]);

/**
 * Prints the error and what a page showed, called, received and logged, if the test that opens it fails. Does nothing in a
 * hook. vitest prints errors only when all files are done, which a run that is stopped never reaches.
 */
export const printPageOnFailure = (page: Page): void => {
  if (!TestRunner.getCurrentTest()) return;
  const openedAt = performance.now();
  const lines: string[] = [];
  const add = (what: string, text: string | Buffer): void => {
    lines.push(`${Math.round(performance.now() - openedAt)} ms ${what} ${String(text).slice(0, 200)}`);
    if (lines.length > keptLines) lines.shift();
  };
  page.on("console", (message) => add(message.type(), message.text()));
  page.on("pageerror", (error) => add("error", error.message));
  page.on("crash", () => add("crash", page.url()));
  page.on("framenavigated", (frame) => add("navigated", frame.url()));
  const onCall = (what: string, request: Request): void => {
    // Scripts, styles and images would push out what the page did.
    if (calls.has(request.resourceType())) add(what, `${request.method()} ${request.url()}`);
  };
  page.on("request", (request) => onCall("sent", request));
  page.on("response", (response) => onCall(String(response.status()), response.request()));
  page.on("requestfailed", (request) => onCall(request.failure()?.errorText ?? "failed", request));
  page.on("websocket", (socket) => {
    add("opened", socket.url());
    socket.on("framesent", ({ payload }) => add("sent", payload));
    socket.on("framereceived", ({ payload }) => add("received", payload));
    socket.on("close", () => add("closed", socket.url()));
  });
  onTestFailed(async ({ task }) => {
    const text = await page
      .locator("body")
      .innerText({ timeout: 2_000 })
      .catch((error: unknown) => String(error));
    const errors = task.result?.errors?.map(({ stack, message }) => stack ?? message) ?? [];
    console.error(
      `${task.fullName} failed:\n${errors.join("\n")}\nThe page ${page.url()} showed:\n${text.slice(0, 2_000)}\nIt did:\n${lines.join("\n")}`,
    );
  });
};
