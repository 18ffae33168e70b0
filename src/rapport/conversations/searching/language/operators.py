"""The words of the language, in English and Chinese."""

from difflib import get_close_matches

NAMES = {
    "from": "from", "来自": "from", "发件人": "from", "寄件人": "from",
    "to": "to", "cc": "to", "发给": "to", "收件人": "to", "抄送": "to",
    "subject": "subject", "主题": "subject",
    "customer": "customer", "客户": "customer",
    "company": "company", "公司": "company",
    "is": "is", "status": "is", "状态": "is", "是": "is",
    "tag": "tag", "标签": "tag",
    "assignee": "assignee", "agent": "assignee", "assigned": "assignee", "负责人": "assignee", "客服": "assignee",
    "team": "team", "团队": "team", "小组": "team",
    "inbox": "inbox", "收件箱": "inbox",
    "channel": "channel", "渠道": "channel",
    "priority": "priority", "优先级": "priority",
    "before": "before", "早于": "before",
    "after": "after", "晚于": "after",
    "since": "since", "自": "since", "起始": "since",
    "on": "on", "date": "on", "日期": "on", "时间": "on",
    "has": "has", "包含": "has", "含": "has", "有": "has",
    "file": "file", "filename": "file", "文件": "file", "附件": "file", "文件名": "file",
    "in": "in", "在": "in", "位置": "in",
    "number": "number", "编号": "number", "号": "number",
}  # fmt: skip
DAYS = frozenset({"before", "after", "since", "on"})
# Values that mean the same for everybody, by operator.
VALUES = {
    "is": {
        "open": "open", "未关闭": "open", "打开": "open", "进行中": "open",
        "closed": "closed", "已关闭": "closed", "关闭": "closed",
        "snoozed": "snoozed", "已暂缓": "snoozed", "暂缓": "snoozed", "稍后": "snoozed", "稍后处理": "snoozed",
        "unread": "unread", "未读": "unread", "read": "read", "已读": "read",
        "unassigned": "unassigned", "未分配": "unassigned",
        "assigned": "assigned", "已分配": "assigned",
        "mine": "mine", "我的": "mine",
        "waiting": "waiting", "等待": "waiting", "待回复": "waiting",
        "urgent": "urgent", "紧急": "urgent",
        "junk": "junk", "spam": "junk", "垃圾": "junk", "垃圾会话": "junk", "垃圾邮件": "junk",
    },
    "assignee": {"me": "me", "我": "me", "nobody": "nobody", "none": "nobody", "无": "nobody", "无人": "nobody"},
    "team": {"mine": "mine", "我的": "mine", "none": "none", "无": "none"},
    "tag": {"none": "none:", "无": "none:"},
    "priority": {
        "low": "low", "低": "low", "normal": "normal", "普通": "normal", "中": "normal", "high": "high", "高": "high",
        "urgent": "urgent", "紧急": "urgent",
    },
    "channel": {"mail": "email", "e-mail": "email", "邮件": "email", "电子邮件": "email"},
    "has": {
        "attachment": "file", "attachments": "file", "file": "file", "files": "file", "附件": "file", "文件": "file",
        "note": "note", "notes": "note", "备注": "note",
        "tag": "tag", "标签": "tag",
    },
    "in": {
        "notes": "note", "note": "note", "备注": "note",
        "customers": "in", "customer": "in", "客户": "in", "来信": "in",
        "replies": "out", "reply": "out", "回复": "out",
    },
}  # fmt: skip


def nearest(word: str, known: list[str]) -> str | None:
    """The known word that this one was probably meant to be."""
    by_small = {each.casefold(): each for each in known}
    found = get_close_matches(word.casefold(), by_small, n=1, cutoff=0.7 if len(word) > 3 else 0.6)
    return by_small[found[0]] if found else None
