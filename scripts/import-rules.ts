import { isBuiltin } from "node:module";
import { posix } from "node:path";
import type { Import } from "./read-imports.js";

export interface Room {
  readonly name: string;
  /** From the root, forward slashes, no slash at the end. */
  readonly folder: string;
  /** The entries of `exports`, as a caller writes them: `@adjourn/sessions/schemas`. */
  readonly entries: readonly string[];
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
}

/** Who may import whom. What ends in ` (types)` may be named but not loaded. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  "@adjourn/sessions": [],
  "@adjourn/testkit": ["@adjourn/sessions", "@adjourn/sessions/internals"],
  "@adjourn/storage": ["@adjourn/sessions"],
  "@adjourn/bus": ["@adjourn/sessions"],
  "@adjourn/agents": ["@adjourn/sessions"],
  "@adjourn/transports": ["@adjourn/sessions"],
  "@adjourn/router": ["@adjourn/sessions", "@adjourn/transports"],
  "@adjourn/client": ["@adjourn/router (types)"],
  "@adjourn/server": [
    "@adjourn/router",
    "@adjourn/transports",
    "@adjourn/storage",
    "@adjourn/bus",
    "@adjourn/agents",
    "@adjourn/sessions",
  ],
  "@adjourn/api": ["@adjourn/server"],
  "@adjourn/dashboard": ["@adjourn/client", "@adjourn/client/react", "@adjourn/sessions/schemas"],
  "@adjourn/cli": ["@adjourn/client"],
};

/** What tests may import beyond that. Every test may import the testkit, which the root's package.json declares. */
const testArrows: Readonly<Record<string, readonly string[]>> = {
  "@adjourn/router": ["@adjourn/client"],
  "@adjourn/client": ["@adjourn/router", "@adjourn/sessions"],
  "@adjourn/api": ["@adjourn/client", "@adjourn/router", "@adjourn/sessions", "@adjourn/agents"],
  "@adjourn/dashboard": ["@adjourn/api", "@adjourn/server", "@adjourn/sessions"],
  "@adjourn/cli": ["@adjourn/api", "@adjourn/server"],
};

const drivers = /^(libsql|better-sqlite3|sqlite3|postgres|pg|ioredis|redis|iovalkey)$/;
const driverRooms = ["@adjourn/storage", "@adjourn/bus"];
/** Whose tests may look behind a running server's back. */
const driverTestRooms = ["@adjourn/api"];

const isTest = (file: string): boolean =>
  /\.test(-d)?\.tsx?$|\/(test|__fixtures__)\/|^packages\/testkit\//.test(file) ||
  file.endsWith("vitest.config.ts");

const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

const typesOf = (name: string): string =>
  `@types/${name.startsWith("@") ? name.slice(1).replace("/", "__") : name}`;

/** Why a room's file may not import this, or null where it may. */
export const judgeImport = (
  file: string,
  imported: Import,
  room: Room,
  rooms: readonly Room[],
): string | null => {
  const { specifier } = imported;
  // An app may hand over to a program that it finds at run time; a package may not.
  if (specifier === null)
    return isTest(file) || file.startsWith("apps/") ? null : "imports what is only known when it runs";
  if (specifier.startsWith(".")) return judgeRelative(file, specifier, room);
  if (isBuiltin(specifier)) return judgeBuiltin(file, specifier, room);
  const target = rooms.find(({ name }) => name === packageOf(specifier));
  return target
    ? judgeArrow(file, { ...imported, specifier }, room, target)
    : judgeExternal(file, { ...imported, specifier }, room);
};

const judgeRelative = (file: string, specifier: string, room: Room): string | null => {
  const target = posix.join(posix.dirname(file), specifier);
  return target.startsWith(`${room.folder}/`) || target === room.folder
    ? null
    : `reaches out of its package: ${specifier}`;
};

const judgeBuiltin = (file: string, specifier: string, room: Room): string | null => {
  if (isTest(file)) return null;
  return room.name === "@adjourn/sessions" ? `the domain knows no ${specifier}` : null;
};

type Named = Import & { readonly specifier: string };

const judgeArrow = (
  file: string,
  { specifier, typeOnly }: Named,
  room: Room,
  target: Room,
): string | null => {
  if (!target.entries.includes(specifier)) return `${specifier} is not among the exports of ${target.name}`;
  const test = isTest(file);
  // A test may come in by the front door of its own package.
  if (target.name === room.name && test) return null;
  if (target.name === "@adjourn/testkit" && test) return null;
  const allowed = [...(arrows[room.name] ?? []), ...(test ? (testArrows[room.name] ?? []) : [])];
  const open =
    allowed.includes(specifier) ||
    (typeOnly && allowed.includes(`${specifier} (types)`)) ||
    (allowed.includes(target.name) && !specifier.endsWith("/internals"));
  if (!open)
    return allowed.includes(`${target.name} (types)`)
      ? `${room.name} may import only types of ${target.name}`
      : `no arrow leads from ${room.name} to ${specifier}`;
  return declares(room, target.name, test || typeOnly) ? null : undeclared(room, target.name);
};

const judgeExternal = (file: string, { specifier, typeOnly }: Named, room: Room): string | null => {
  const name = packageOf(specifier);
  const test = isTest(file);
  const mayDrive = [...driverRooms, ...(test ? driverTestRooms : [])];
  if (drivers.test(name) && !mayDrive.includes(room.name)) return `the driver ${name} has no place here`;
  if (room.name === "@adjourn/sessions" && !test && name !== "zod") return `the domain knows no ${name}`;
  // vitest and its like stand in the root's package.json, once for every room's tests.
  if (test) return null;
  const declared = declares(room, name, typeOnly) || (typeOnly && declares(room, typesOf(name), true));
  return declared ? null : undeclared(room, name);
};

const declares = (room: Room, name: string, devToo: boolean): boolean =>
  room.dependencies.includes(name) || (devToo && room.devDependencies.includes(name));

const undeclared = (room: Room, name: string): string => `${name} is not in ${room.folder}/package.json`;
