"""Help texts of commands, and what the command line itself says around them."""

# ruff: noqa: E501 - one phrase a line reads better than wrapped halves

from __future__ import annotations

from typing import Final

FRAME: Final[dict[str, str]] = {
    "Usage: ": "用法：",
    "Options": "选项",
    "Arguments": "参数",
    "Commands": "命令",
    "Error": "错误",
    "Aborted.": "已中止。",
    "[required]": "[必填]",
    "[default: {}]": "[默认：{}]",
    "Try [blue]'{command_path} {help_option}'[/] for help.": "用 [blue]'{command_path} {help_option}'[/] 查看帮助。",
    "Show this message and exit.": "显示本帮助并退出。",
    "Missing command.": "缺少命令。",
    "No such command '{name}'.": "没有命令 '{name}'。",
    "No such option: {name}": "没有选项：{name}",
    "No such command '{name}'. Did you mean {others}?": "没有命令 '{name}'，是否为 {others}？",
    "No such option: {name} (Possible options: {others})": "没有选项：{name}（是否为：{others}）",
    "Missing argument '{name}'.": "缺少参数 '{name}'。",
    "Missing option '{name}'.": "缺少选项 '{name}'。",
    "Option '{name}' requires an argument.": "选项 '{name}' 需要一个值。",
    "Got unexpected extra argument ({names})": "多余的参数（{names}）",
    "Got unexpected extra arguments ({names})": "多余的参数（{names}）",
    "Invalid value for '{name}': {why}": "'{name}' 的值无效：{why}",
    "Input should be {choices}": "应为 {choices}",
}
"""What Typer and pydantic say themselves."""

WORDS: Final[dict[str, str]] = FRAME | {
    # --- greenledger -----------------------------------------------------------------------------------------
    "Green bonds and receivables on one ledger in which every fen has a number.": "绿色债券与应收账款同在一本账上，每一分钱都有编号。",
    "state folder (GREENLEDGER_STATE)": "状态目录（GREENLEDGER_STATE）",
    "JSON-RPC address of a network; default: the embedded chain": "网络的 JSON-RPC 地址；默认为内嵌链",
    "name of the network's deployment records": "该网络部署记录的名称",
    "en or zh; by locale": "en 或 zh；默认随系统语言",
    "machine-readable: amounts are integer strings in minor units": "机器可读：金额为最小货币单位的整数字符串",
    "Bonds": "债券",
    "Receivables and their pieces": "应收凭证及其片段",
    "Where money went, and what funded a payment": "穿透追踪：资金去向与付款来源",
    "Evidence packs": "证据包",
    # --- setting up ------------------------------------------------------------------------------------------
    "Deploys to the configured network or the embedded chain, resuming what was begun, and proves it.": "部署到所配置的网络或内嵌链，接续未完成的部署，并加以验证。",
    "business dates are posted, for ever (imports of history)": "业务日由公布决定，不可更改（用于导入历史）",
    "Lives the story on published figures, on an embedded chain with a state folder of its own.": "在自带状态目录的内嵌链上，按公布数据演示全过程。",
    "folder with bonds_terms.csv and allocations.csv": "含 bonds_terms.csv 与 allocations.csv 的目录",
    # --- looking ---------------------------------------------------------------------------------------------
    "Addresses, powers and who holds them.": "地址、权限及其持有者。",
    "A bond's terms, lines and the states of its fen.": "债券的条款、预算项与每一分钱的状态。",
    "A receivable's pieces: who holds which interval, in which state, against which documents.": "应收凭证的片段：谁持有哪个区间、状态与依据单据。",
    "Where every fen of a bond is.": "债券的每一分钱现在何处。",
    "cash: who got the money; economic: what was bought": "cash：钱付给了谁；economic：买了什么",
    "accounting rule where money mixes: fifo, prorata or bounds": "资金混合处的记账规则：fifo（先进先出）、prorata（按比例）或 bounds（上下限）",
    "CSV file of scheme,time,from,to,amount to compare findings with": "CSV 文件：scheme,time,from,to,amount，用于与发现比对",
    "JSON file of dated parameters; what it leaves out is as by default": "JSON 文件：带日期的参数；未列出的按默认值",
    "follow so many moves at most": "最多追踪的转移次数",
    "follow up to this block or date; back to it for a payment": "追踪至该区块或日期；对付款则回溯至此",
    "do not follow parts below this amount, in minor units": "低于该金额（最小货币单位）的部分不再追踪",
    "as it stood at this block; by default now": "该区块时的状况；默认为现在",
    "What funded a payment, back to the subscriptions.": "一笔付款的资金来源，直至认购。",
    "TX or TX:LOG": "TX 或 TX:LOG",
    # --- evidence --------------------------------------------------------------------------------------------
    "Writes a pack that somebody with nothing but Python can check offline.": "写出证据包，只需 Python 即可离线核验。",
    "Checks a pack offline: each move happened, none is missing, and the arithmetic follows.": "离线核验证据包：每笔划转确有其事、无一遗漏、计算成立。",
    "address whose checkpoints you trust": "您所信任其检查点的地址",
    "Derives every promise again from the chain alone, and compares the index with it.": "仅凭链上数据重新推导每项承诺，并与索引比对。",
    # --- the API ---------------------------------------------------------------------------------------------
    "Serves the HTTP API; its description is at /openapi.json. Tokens: `greenledger token`.": "提供 HTTP 接口，说明见 /openapi.json。令牌：`greenledger token`。",
    "address to listen on": "监听地址",
    "port to listen on": "监听端口",
    "Makes a bearer token for an organisation. It is shown once; only its hash is kept.": "为机构生成访问令牌：只显示一次，只保存其散列。",
    "account name here, address, USCC:… or LEI:…": "本地账户名、地址、USCC:… 或 LEI:…",
    "take back all its tokens instead": "改为收回其全部令牌",
    "machine-readable": "机器可读",
    "{count} taken back": "已收回 {count} 个",
}
