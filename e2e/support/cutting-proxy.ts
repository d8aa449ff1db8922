import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";

/** Stands between a caller and a server that is killed: an address that stays, and answers that can get lost. */
export interface CuttingProxy {
  url: string;
  /** Where it leads from now on. */
  leadTo(url: string): void;
  /** The next answer does not arrive: its first byte calls this, and the caller's connection is cut. */
  cutNextAnswer(then: () => void): void;
  close(): void;
}

export async function startCuttingProxy(): Promise<CuttingProxy> {
  let target = new URL("http://127.0.0.1:9");
  let cut: (() => void) | null = null;
  const server = createServer((caller) => {
    const callee = connect(Number(target.port), target.hostname);
    const end = () => {
      caller.destroy();
      callee.destroy();
    };
    for (const side of [caller, callee]) side.on("error", end).on("close", end);
    caller.pipe(callee);
    callee.on("data", (part) => {
      if (!cut) return void caller.write(part);
      const then = cut;
      cut = null;
      then();
      end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo: (url) => {
      target = new URL(url);
    },
    cutNextAnswer: (then) => {
      cut = then;
    },
    close: () => void server.close(),
  };
}
