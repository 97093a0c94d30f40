"""What is said about a kept place, in each language of the answers. Names of places are as the list has them."""

from collections.abc import Mapping

_JA = {
    "kept": "{name}に{party}人分の場所を確保しました。{minutes}分以内に延長してください。",
    "next": "近くの避難場所は受け入れできないため、{name}に{party}人分の場所を確保しました。{minutes}分以内に延長してください。",
    "leave": "{name}は、いま受け入れていません。別の避難場所を確認してください。",
    "arrived": "{name}に到着済みです（{party}人）。",
    "full": "候補の避難場所に{party}人分の空きがありません。場所の確保なしで、案内どおりに避難を続けてください。",
    "capacity-unknown": "候補の避難場所の収容人数が分からないため、場所の確保はできません。案内どおりに避難を続けてください。",
    "no-way": "行ける避難場所がないため、場所の確保はできません。案内に従ってください。",
    "book-away": "いまは場所の確保ができません。案内どおりに避難を続けてください。",
}
_EASY = {
    "kept": "{name}に{party}人のばしょをとりました。{minutes}分までにもういちど知らせてください。",
    "next": "近いところは入れません。{name}に{party}人のばしょをとりました。{minutes}分までにもういちど知らせてください。",
    "leave": "{name}はいま入れません。ほかのところを聞いてください。",
    "arrived": "{name}につきました（{party}人）。",
    "full": "{party}人が入れるところがありません。ばしょはとれません。いわれた道でにげてください。",
    "capacity-unknown": "何人入れるかわかりません。ばしょはとれません。いわれた道でにげてください。",
    "no-way": "行けるところがありません。ばしょはとれません。いわれたとおりにしてください。",
    "book-away": "いまはばしょをとれません。いわれた道でにげてください。",
}
_EN = {
    "kept": "{name} keeps {party} places for you. Renew within {minutes} min.",
    "next": "Nearer places cannot take you, so {name} keeps {party} places for you. Renew within {minutes} min.",
    "leave": "{name} takes nobody any more. Ask for another place.",
    "arrived": "You have arrived at {name} ({party} persons).",
    "full": "None of these places has room for {party}. Go on as you were told; no place is kept.",
    "capacity-unknown": "It is not known how many people these places hold, so no place is kept. Go on as you were told.",
    "no-way": "No place can be reached from there, so none is kept. Do as you were told.",
    "book-away": "No place can be kept just now. Go on as you were told.",
}
_ZH = {
    "kept": "已在{name}为您保留{party}个位置。请在{minutes}分钟内续期。",
    "next": "较近的避难场所无法接收，已在{name}为您保留{party}个位置。请在{minutes}分钟内续期。",
    "leave": "{name}目前不再接收避难者。请查询其他避难场所。",
    "arrived": "您已到达{name}（{party}人）。",
    "full": "候选避难场所没有{party}人的空位。未能保留位置，请按指示继续避难。",
    "capacity-unknown": "候选避难场所的容纳人数不明，无法保留位置。请按指示继续避难。",
    "no-way": "没有可到达的避难场所，无法保留位置。请按指示行动。",
    "book-away": "目前无法保留位置。请按指示继续避难。",
}
_KO = {
    "kept": "{name}에 {party}명 자리를 확보했습니다. {minutes}분 안에 연장하십시오.",
    "next": "가까운 대피소는 받을 수 없어 {name}에 {party}명 자리를 확보했습니다. {minutes}분 안에 연장하십시오.",
    "leave": "{name}은(는) 지금 받지 않습니다. 다른 대피소를 확인하십시오.",
    "arrived": "{name}에 도착했습니다({party}명).",
    "full": "후보 대피소에 {party}명 자리가 없습니다. 자리 확보 없이 안내대로 계속 대피하십시오.",
    "capacity-unknown": "후보 대피소의 수용 인원을 알 수 없어 자리를 확보할 수 없습니다. 안내대로 계속 대피하십시오.",
    "no-way": "갈 수 있는 대피소가 없어 자리를 확보할 수 없습니다. 안내에 따르십시오.",
    "book-away": "지금은 자리를 확보할 수 없습니다. 안내대로 계속 대피하십시오.",
}
_VI = {
    "kept": "{name} đã giữ {party} chỗ cho bạn. Hãy gia hạn trong vòng {minutes} phút.",
    "next": "Nơi gần hơn không nhận thêm người, nên {name} giữ {party} chỗ cho bạn. Hãy gia hạn trong vòng {minutes} phút.",
    "leave": "{name} hiện không nhận thêm người. Hãy hỏi nơi khác.",
    "arrived": "Bạn đã đến {name} ({party} người).",
    "full": "Không nơi nào còn chỗ cho {party} người. Hãy tiếp tục sơ tán theo hướng dẫn; chưa giữ được chỗ.",
    "capacity-unknown": "Không rõ các nơi này chứa được bao nhiêu người nên không giữ chỗ được. Hãy tiếp tục theo hướng dẫn.",
    "no-way": "Không có nơi nào đến được nên không giữ chỗ được. Hãy làm theo hướng dẫn.",
    "book-away": "Hiện không giữ chỗ được. Hãy tiếp tục sơ tán theo hướng dẫn.",
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "ja": _JA, "ja-easy": _EASY, "en": _EN, "zh": _ZH, "ko": _KO, "vi": _VI,
}  # fmt: skip


def say(key: str, language: str, *, name: str = "", party: int = 0, minutes: int = 0) -> str:
    """One sentence."""
    return WORDS[language][key].format(name=name, party=party, minutes=minutes)
