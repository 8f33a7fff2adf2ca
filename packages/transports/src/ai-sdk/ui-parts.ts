import type { Ending } from "@adjourn/sessions";

/** Why a reply ended, in the words of the AI SDK. Its client fails on any other. */
export type UiFinishReason = "stop" | "length" | "content-filter" | "other";

/** The parts of the AI SDK's UI message stream that Adjourn sends (`ai` 6). */
export type UiPart =
  | { readonly type: "start"; readonly messageId: string }
  | { readonly type: "start-step" | "finish-step" }
  | { readonly type: "text-start" | "text-end"; readonly id: string }
  | { readonly type: "text-delta"; readonly id: string; readonly delta: string }
  | { readonly type: "finish"; readonly finishReason: UiFinishReason }
  | { readonly type: "error"; readonly errorText: string }
  | { readonly type: "abort"; readonly reason?: string }
  | {
      readonly type: "data-session-ended";
      readonly data: SessionEnd;
      /** The client passes a transient part to `onData` and does not keep it in the message. */
      readonly transient: true;
    };

export type SessionEnd = Pick<Ending, "cause" | "reason" | "endedAt">;
