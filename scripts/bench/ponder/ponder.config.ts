import { readFileSync } from "node:fs";
import { createConfig } from "ponder";

const busy = JSON.parse(readFileSync(process.env.BENCH_BUSY!, "utf8"));

export default createConfig({
  chains: { bench: { id: 31337, rpc: busy.url } },
  contracts: {
    Cash: { chain: "bench", abi: busy.abis.Cash, address: busy.cash, startBlock: 1 },
    PieceBook: { chain: "bench", abi: busy.abis.PieceBook, address: busy.pieces, startBlock: 1 },
  },
});
