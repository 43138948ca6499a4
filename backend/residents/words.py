"""Every fixed word of the residents' pages, in Chinese and in English; the templates name them by key."""

from backend.errors import Say

WORDS: dict[str, Say] = {
    "brand": Say("梭子", "Suozi"),
    "skip": Say("跳到正文", "Skip to the content"),
    # Finding a case
    "find.title": Say("反映问题 · 查进度", "Report and follow"),
    "find.lead": Say(
        "路面、垃圾、占道、违建这些事，拍张照就能反映，不用注册。",
        "Report what is wrong in the street with a photo; no account needed.",
    ),
    "find.new": Say("我要反映问题", "Report a problem"),
    "find.code": Say("已经反映过？输入编号查进度", "Reported already? Enter your code"),
    "find.code_hint": Say("十位字母和数字，上报后给您的", "Ten letters and digits, given to you after reporting"),
    "find.look": Say("查进度", "Look up"),
    "find.urgent": Say(
        "有人受伤、着火、漏电、燃气泄漏，请先拨打 110、119、120。",
        "If somebody is in danger, call 110, 119 or 120 first.",
    ),
    # Choosing a county
    "county.title": Say("问题在哪里", "Where is it"),
    "county.lead": Say("请选县（市、区）", "Choose the county"),
    # The report
    "report.title": Say("反映问题", "Report a problem"),
    "report.at": Say("您在：{place}", "You are at: {place}"),
    "photos": Say("照片", "Photos"),
    "photos.hint": Say(
        "最多 3 张，拍清问题，再拍一张远一点的。没有照片也可以。",
        "Up to 3: one close, one from further away. None is fine too.",
    ),
    "photos.camera": Say("拍照", "Take a photo"),
    "photos.album": Say("从相册选", "From the album"),
    "photos.kept": Say("已收到的照片，不用再选", "Photos we have already; no need to choose them again"),
    "photos.kept_one": Say("已收到的第 {n} 张", "Received photo {n}"),
    "what": Say("什么问题", "What is it"),
    "what.other": Say("其他", "Something else"),
    "words": Say("说说情况", "In your words"),
    "words.hint": Say(
        "可以不写。选了“其他”请写一句。请不要写别人的姓名和电话。",
        "Optional, except for “something else”. Please leave out other people's names and numbers.",
    ),
    "where": Say("在哪里", "Where is it"),
    "where.here": Say("我现在的位置", "Where I am now"),
    "where.locate": Say("取我的位置", "Find my position"),
    "where.grid": Say("就在{place}", "Right here: {place}"),
    "where.village": Say("选村（社区），写明地点", "Choose a village and describe the place"),
    "where.village_label": Say("村（社区）", "Village"),
    "where.choose": Say("请选择", "Choose"),
    "where.words": Say("具体地点", "The exact place"),
    "where.words_hint": Say("路名、门牌、店名，或者旁边有什么", "Street, number, shop, or what stands beside it"),
    "contact": Say("怎么联系您（可以不填）", "How to reach you (optional)"),
    "contact.why": Say(
        "只在需要向您问清情况时用。只有指挥中心的工作人员能看到，每次查看都有记录；处理的人和被反映的人都看不到。",
        "Only for questions about this. Only the command centre sees it, and every look is recorded; nobody else does.",
    ),
    "contact.name": Say("怎么称呼", "Name"),
    "contact.phone": Say("电话", "Phone"),
    "trap": Say("这一栏请留空", "Leave this field empty"),
    "send": Say("提交", "Send"),
    "send.consent": Say(
        "点“提交”，就是同意我们用这些内容处理您反映的事。",
        "By sending you agree that we use this to deal with what you report.",
    ),
    # After sending
    "sent.title": Say("收到了", "Received"),
    "sent.save": Say(
        "请截图保存这一页，凭编号查进度、看结果。",
        "Keep a screenshot of this page: the code shows progress and result.",
    ),
    "sent.code": Say("您的编号", "Your code"),
    "sent.qr": Say("扫这个码也能查进度", "This code leads to the same page"),
    "sent.link": Say("网址", "Address"),
    "sent.contact": Say("联系电话：{phone}", "Your phone: {phone}"),
    "sent.follow": Say("看进度", "See the progress"),
    # Following
    "follow.code": Say("编号", "Code"),
    "follow.unit": Say("处理单位", "Handled by"),
    "follow.place": Say("地点", "Place"),
    "follow.progress": Say("进度", "Progress"),
    "follow.next": Say("接下来", "What comes next"),
    "follow.joined": Say("合并后的进度", "Progress since it was joined"),
    "follow.result": Say("处理前后", "Before and after"),
    "follow.before": Say("处理前", "Before"),
    "follow.after": Say("处理后", "After"),
    "follow.inspection": Say("核查时", "At the inspection"),
    "follow.before_n": Say("处理前的第 {n} 张照片，点开看大图", "Photo {n} from before; opens larger"),
    "follow.after_n": Say("处理后的第 {n} 张照片，点开看大图", "Photo {n} from after; opens larger"),
    "follow.inspection_n": Say("核查时的第 {n} 张照片，点开看大图", "Photo {n} from the inspection; opens larger"),
    "follow.none_after": Say("处理后的照片还没有", "No photo from after yet"),
    "follow.explained": Say("处置说明", "What was done"),
    "follow.declined": Say(
        "如果情况还在，请补充照片和具体地点，重新反映；也可以拨打 12345。",
        "If it is still there, report it again with a photo and the exact place, or call 12345.",
    ),
    "follow.voided": Say("如果情况还在，请重新反映。", "If it is still there, please report it again."),
    "follow.as_of": Say("以上是 {time} 的情况", "As of {time}"),
    "follow.again": Say("刷新", "Refresh"),
    "follow.other": Say("查另一个编号", "Look up another code"),
    "follow.new": Say("反映另一个问题", "Report something else"),
    # The answer
    "answer.title": Say("现场解决了吗", "Is it fixed"),
    "answer.until": Say("请在 {time} 前告诉我们", "Please tell us before {time}"),
    "answer.yes": Say("已解决", "Fixed"),
    "answer.no": Say("没解决", "Not fixed"),
    "answer.no_words": Say("还有什么没做好（可以不写）", "What is not right yet (optional)"),
    "answer.no_photo": Say("现在的照片（可以不拍）", "A photo of it now (optional)"),
    "answer.no_again": Say("提交后会重新处理一次，再到现场核查。", "It is taken up once more and inspected again."),
    "answer.no_once": Say(
        "这件事已经重新处理过一次。您的意见会交给指挥中心。",
        "It was taken up once already. The command centre will read your answer.",
    ),
    "answer.no_send": Say("提交：没解决", "Send: not fixed"),
    "answer.thanks": Say("您评价了“已解决”，谢谢。", "You answered “fixed”. Thank you."),
    "answer.reopened": Say(
        "您反映没有解决，已经重新处理。处理完会再到现场核查，结果还在这一页看。",
        "You answered “not fixed”. It has been taken up again and will be inspected again; the result will stand here.",
    ),
    "answer.noted": Say(
        "您反映没有解决，指挥中心已经收到。一件事只能重新处理一次，问题还在请重新反映。",
        "You answered “not fixed”; the command centre has it. A case is reopened once: if it is still there, report it anew.",
    ),
    "answer.over": Say(
        "评价的时间（结案后 72 小时）已经过了。问题还在，请重新反映。",
        "The 72 hours for an answer are over. If it is still there, report it anew.",
    ),
    # When something is wrong
    "problem.back": Say("返回", "Back"),
}


def word(key: str, language: str, **names: object) -> str:
    """The word under this key with its names filled in. Raises KeyError for a key that is not here."""
    return WORDS[key].in_language(language).format(**names)
