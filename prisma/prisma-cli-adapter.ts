import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";

/**
 * Prisma's command line on the JavaScript driver, so that it needs no engine binary. Mends two gaps of adapter-pg 6.19
 * that only the command line meets: catalogue types it does not know, and scripts split at every semicolon.
 */
export class PrismaCliAdapter extends PrismaPg {
  readonly #url: string;

  constructor(url: string) {
    super({ connectionString: url, idleTimeoutMillis: 100 });
    this.#url = url;
  }

  override async connect() {
    return mend(await super.connect());
  }

  override async connectToShadowDb() {
    const name = `shadow_${process.pid}_${Date.now()}`;
    const admin = new pg.Client({ connectionString: this.#url });
    await admin.connect();
    await admin.query(`CREATE DATABASE ${name}`);
    await admin.end();
    const url = new URL(this.#url);
    url.pathname = `/${name}`;
    const shadow = mend(await new PrismaPg({ connectionString: url.href, idleTimeoutMillis: 100 }).connect());
    const dispose = shadow.dispose.bind(shadow);
    shadow.dispose = async () => {
      await dispose();
      const cleaner = new pg.Client({ connectionString: this.#url });
      await cleaner.connect();
      await cleaner.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await cleaner.end();
    };
    return shadow;
  }
}

type Connection = Awaited<ReturnType<PrismaPg["connect"]>>;

function mend(connection: Connection): Connection {
  const pool = connection.underlyingDriver();
  // "char" (18) and name (19) read as text.
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<pg.QueryArrayResult>;
  Object.assign(pool, {
    query: async (...args: unknown[]) => {
      const result = await query(...args);
      for (const field of result?.fields ?? [])
        if (field.dataTypeID === 18 || field.dataTypeID === 19) field.dataTypeID = 25;
      return result;
    },
  });
  connection.executeScript = async (script: string) => {
    await query(script);
  };
  return connection;
}
