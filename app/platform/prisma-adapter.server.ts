import { PrismaPg } from "@prisma/adapter-pg";

/**
 * Prisma 6.19 gives a transaction's connection back to the pool only after a COMMIT or ROLLBACK that succeeded. Whenever
 * the database went away in the middle of a transaction the pool was one connection smaller, until it had none left and
 * the process waited for ever. Here it is given back after one that failed, too; the pool throws away what is broken.
 */
export class ReleasingAdapter extends PrismaPg {
  override async connect() {
    const adapter = await super.connect();
    const start = adapter.startTransaction.bind(adapter);
    adapter.startTransaction = async (isolationLevel) => {
      const transaction = await start(isolationLevel);
      const execute = transaction.executeRaw.bind(transaction);
      transaction.executeRaw = async (query) => {
        try {
          return await execute(query);
        } catch (error) {
          // Prisma sends the statement itself: this only releases the connection.
          if (query.sql === "COMMIT" || query.sql === "ROLLBACK") await transaction.rollback();
          throw error;
        }
      };
      return transaction;
    };
    return adapter;
  }
}
