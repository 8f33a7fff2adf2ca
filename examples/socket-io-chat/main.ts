import { io } from "socket.io-client";

const typewriter = "00000000-0000-4000-8000-000000000002";
const messageServerId = "00000000-0000-0000-0000-000000000000";
const entityId = crypto.randomUUID();

/** An element of index.html. */
const find = <Found extends HTMLElement>(id: string) => document.getElementById(id) as Found;
const log = find("log");
const status = find("status");
const form = find<HTMLFormElement>("form");
const input = find<HTMLInputElement>("input");
const send = find<HTMLButtonElement>("send");

const response = await fetch("/api/messaging/sessions", {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ agentId: typewriter, userId: entityId, metadata: { delayMs: 300 } }),
});
const { sessionId, channelId } = (await response.json()) as { sessionId: string; channelId: string };
location.hash = sessionId;

/** The line of a message, which is new or, for a reply in pieces, there already. */
const lineOf = (id: string, author: string): HTMLElement => {
  const line = document.getElementById(id) ?? document.createElement("p");
  line.id = id;
  line.className = author;
  log.append(line);
  return line;
};

const room = { channelId, roomId: channelId };
const socket = io({ auth: { entityId } });
let hasEnded = false;

// Also after every reconnect: a new socket is in no room.
socket.on("connect", () => {
  if (!hasEnded) socket.emit("message", { type: 1, payload: { ...room, entityId } });
});
socket.on("channel_joined", () => {
  status.textContent = "Connected";
  send.disabled = false;
});
socket.on("disconnect", () => {
  if (!hasEnded) status.textContent = "Connecting";
  send.disabled = true;
});

socket.on("messageStreamChunk", ({ messageId, chunk }) => {
  lineOf(messageId, "assistant").textContent += chunk;
});
socket.on("messageBroadcast", ({ id, text, source }) => {
  lineOf(id, source === "agent_response" ? "assistant" : "user").textContent = text;
});
socket.on("messageStreamError", ({ messageId }) => lineOf(messageId, "assistant").remove());
socket.on("messageError", ({ error }) => {
  status.textContent = error;
});

socket.on("controlMessage", ({ action }) => {
  input.disabled = action === "disable_input";
  send.disabled = action === "disable_input";
});
socket.on("sessionEnded", ({ cause, reason }) => {
  hasEnded = true;
  status.textContent = `The session has ended: ${reason ?? cause}`;
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const payload = { ...room, messageServerId, senderId: entityId, senderName: "You", message: input.value };
  socket.emit("message", { type: 2, payload });
  input.value = "";
});
