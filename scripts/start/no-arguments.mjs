import { readArguments } from "../read-arguments.mjs";

// Loaded before a program that takes its settings from the environment alone.
readArguments({});
