import { ponder } from "ponder:registry";
import { facts } from "ponder:schema";

// Big integers as their digits: JSON has no other form that keeps them whole.
const said = (args: object) =>
  JSON.stringify(Object.values(args), (_, one) => (typeof one === "bigint" ? one.toString() : one));

ponder.on("Cash:Moved", async ({ event, context }) => {
  await context.db.insert(facts).values({
    block: event.block.number,
    log: event.log.logIndex,
    tx: event.transaction.hash,
    contract: "Cash",
    args: said(event.args),
  });
});

ponder.on("PieceBook:PieceMoved", async ({ event, context }) => {
  await context.db.insert(facts).values({
    block: event.block.number,
    log: event.log.logIndex,
    tx: event.transaction.hash,
    contract: "PieceBook",
    args: said(event.args),
  });
});
