import { readdir, readFile } from "node:fs/promises";

/** Resident memory of a process in KB, from Linux. */
export const memoryOf = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN);
};

/** Processor time of all threads of a process so far in microseconds, from Linux, which counts it in nanoseconds. */
export const cpuOf = async (pid: number): Promise<number> => {
  const folder = `/proc/${pid}/task`;
  const times = await Promise.all(
    (await readdir(folder)).map(async (thread) => {
      const text = await readFile(`${folder}/${thread}/schedstat`, "utf8");
      return Number(text.split(" ")[0]);
    }),
  );
  return times.reduce((sum, time) => sum + time, 0) / 1_000;
};
