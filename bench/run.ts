/** `npm run bench -- dq-cycle`: figures are ratios within one run, because machines are noisy. */
const benches: Record<string, () => Promise<{ run: (args: string[]) => Promise<void> }>> = {
  "dq-cycle": () => import("./dq-cycle.ts"),
};

const [name = "", ...args] = process.argv.slice(2);
const bench = benches[name];
if (bench) {
  await (await bench()).run(args);
} else {
  console.error(`There is no bench "${name}". There are: ${Object.keys(benches).join(", ")}.`);
  process.exitCode = 1;
}
