// Nothing that we start reports to anyone, unless someone wants it to.
process.env.NEXT_TELEMETRY_DISABLED ??= "1";
process.env.TURBO_TELEMETRY_DISABLED ??= "1";
