"""Why a message waits, was left out or has failed, in words that say what to do."""

import re

from backend.errors import Say

_WORDS: dict[str, Say] = {
    "": Say("", ""),
    "settled": Say("已有人处理，不用再发", "Somebody has acted already"),
    "seen": Say("本人已经看过，不用再发", "They have read it already"),
    "left": Say("人已离岗", "They have left"),
    "muted": Say("本人关闭了这个渠道", "They have muted this channel"),
    "off_duty": Say("不在班，到班再发", "Off duty; it goes out when they are on"),
    "quiet": Say("免打扰时段，过后再发", "Quiet hours; it goes out afterwards"),
    "budget": Say("机器人限频，稍后合并发送", "The robot's budget is used; it goes out in a digest"),
    "no_address": Say("没有登记可用的地址", "There is no address to reach them"),
    "no_template": Say("短信模板没有配置", "No template is set up for it"),
    "not_set_up": Say("本县没有配置这个渠道", "This channel is not set up"),
    "not_allowed": Say("地址不在放行名单里，请联系运维", "The address is not on the list; ask whoever runs the server"),
    "defect": Say("服务器出错，会重试", "A defect of the server; it will be tried again"),
    "timeout": Say("对方 5 秒内没有回应，会重试", "No answer in 5 seconds; it will be tried again"),
    "refused": Say("连接被拒绝，会重试", "The connection was refused; it will be tried again"),
    "broken": Say("连接中断，会重试", "The connection broke; it will be tried again"),
    "unresolved": Say("域名解析失败，请检查网络", "The name cannot be resolved; check the network"),
    "untrusted": Say("对方证书不可信，请联系运维", "Its certificate is not trusted; ask whoever runs the server"),
    "too_long": Say("对方回应过长", "The answer was too long"),
    "not_understood": Say("看不懂对方的回应，会重试", "The answer was not understood; it will be tried again"),
    "rate_limited": Say("发送太频繁，对方要求稍后再发", "Too many messages; the service asks to wait"),
    "bad_signature": Say("加签密钥不对，请重新填写", "The signature is wrong; enter the secret again"),
    "unknown_robot": Say("机器人已被移除，请重新添加", "The robot is gone; add it again"),
    "bad_password": Say("邮箱账号或密码不对", "The mail account or password is wrong"),
    "no_starttls": Say("邮件服务器不支持加密连接", "The mail server offers no encryption"),
    "dead_number": Say("号码已停用", "The number is dead"),
    "no_such_mailbox": Say("邮箱不存在", "There is no such mailbox"),
}
_HTTP = re.compile(r"http_(\d{3})")


def reason_words(reason: str) -> Say:
    """The words for a code of ours, of an HTTP status, or the code itself for what only the service knows."""
    if reason in _WORDS:
        return _WORDS[reason]
    if found := _HTTP.fullmatch(reason):
        return Say(f"对方返回 HTTP {found[1]}", f"The service answered HTTP {found[1]}")
    return Say(f"对方拒绝（{reason}）", f"Refused by the service ({reason})")
