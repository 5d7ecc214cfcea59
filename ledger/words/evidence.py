"""`greenledger evidence`, `checkpoint` and `verify`."""

# ruff: noqa: E501 - one phrase a line reads better than wrapped halves

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, str]] = {
    "Block hashes that participants signed": "参与方签名的区块哈希（检查点）",
    "a new folder, or a new file that ends in .zip": "新目录，或以 .zip 结尾的新文件",
    "who signs the block's hash now; may be repeated": "由谁即时签署该区块哈希；可重复",
    "A pack that proves what funded a payment, back to where the money was minted.": "证明一笔付款资金来源的证据包，直至资金铸造之处。",
    "A pack that proves the history of every piece of a receivable without a hole.": "证明一张应收凭证各片段完整历史、无一缺漏的证据包。",
    "A pack that proves a participant's whole statement: every move into and out of its account.": "证明参与方全部流水的证据包：其账户的每一笔收付。",
    "name here, address or identifier": "本地名称、地址或标识",
    "the ledger cash, by currency or name": "账本现金，按币种或名称",
    "proving": "正在取证",
    "Pack written to {pack}. Check it with: greenledger verify {pack}": "证据包已写入 {pack}。核验命令：greenledger verify {pack}",
    "Signs that a block has its hash: readers who trust the signer need not believe the hash of a pack.": "签署某区块的哈希：信任签署方的读者无须另行相信证据包的哈希。",
    "the block; by default the present one": "区块；默认为当前区块",
    "{signer} signed that block {block} is {hash}": "{signer} 已签署：区块 {block} 的哈希为 {hash}",
    "What was signed here, the latest block first, and whether the chain still has that block.": "此处签署的检查点，最新区块在前，并示明该区块是否仍在链上。",
    "Checkpoints": "检查点",
    "block hash": "区块哈希",
    "signing key": "签名密钥",
    "in the chain": "仍在链上",
    "payment {payment} at block {block}: {moves} moves back to the mint, linked by {headers} headers; none is missing": "付款 {payment}，区块 {block}：回溯至铸造共 {moves} 笔划转，由 {headers} 个区块头相连，无一遗漏",
    "receivable {receivable} at block {block}: {acts} acts on {pieces} pieces, linked by {headers} headers; none is missing": "应收凭证 {receivable}，区块 {block}：{pieces} 个片段上 {acts} 次操作，由 {headers} 个区块头相连，无一遗漏",
    "account {account} at block {block}: {moves} moves, linked by {headers} headers; none is missing": "账户 {account}，区块 {block}：{moves} 笔划转，由 {headers} 个区块头相连，无一遗漏",
    "complete; the block hash is signed by {signers}": "完整；区块哈希由 {signers} 签署",
    "complete only if this block hash is true: {hash}": "仅当此区块哈希为真时完整：{hash}",
    "complete only if these block hashes are true: {hashes}": "仅当这些区块哈希均为真时完整：{hashes}",
    "this ledger was opened without its checkpoints": "打开本账本时未带检查点",
    "the payment is not in its transaction": "该付款不在其交易之中",
    "{tx} has no log {log}": "{tx} 没有日志 {log}",
    "there is no account of {who} to be seen here": "此处看不到 {who} 的账户",
    "an empty folder or a new file": "空目录或新文件",
}
