/** Stops the tests' PostgreSQL when whoever started it is gone without having done so: Ctrl-C, a kill, a crash. */
import { eraseCluster } from "#demo/embedded-postgres.ts";

const [pid, folder] = process.argv.slice(2);
const isAlive = () => {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
};

process.stdin.resume().on("close", async () => {
  if (isAlive()) process.kill(Number(pid), "SIGINT");
  while (isAlive()) await new Promise((done) => setTimeout(done, 50));
  eraseCluster(folder!);
});
