import { onchainTable, primaryKey } from "ponder";

export const facts = onchainTable(
  "facts",
  (t) => ({
    block: t.bigint().notNull(),
    log: t.integer().notNull(),
    tx: t.hex().notNull(),
    contract: t.text().notNull(),
    args: t.text().notNull(),
  }),
  (table) => ({ pk: primaryKey({ columns: [table.block, table.log] }) }),
);
