"""The navigator's sentences in Japanese and English. A key and its arguments go out too, for other languages."""

from collections.abc import Mapping

LANGUAGES = ("ja", "en")

_JA = {
    "depart": "{street}を進む",
    "straight": "{street}をまっすぐ進む",
    "turn-left": "左に曲がり、{street}を進む",
    "turn-right": "右に曲がり、{street}を進む",
    "turn-back": "折り返し、{street}を進む",
    "bridge": "橋（{street}）を渡る",
    "tunnel": "トンネル・地下道（{street}）を通る",
    "steps": "階段（{street}）を通る",
    "arrive": "到着：{name}",
    "street-unnamed": "道",
    "why-suits": "{hazards}のときに使える、歩いていちばん近い避難場所です。",
    "why-nearest": "いま発表されている災害はありません。歩いていちばん近い避難場所です。",
    "second": "{minutes}分遠い",
    "stay-cut-off": "いまいる場所から、安全に行ける避難場所への道がありません。高いところ、丈夫な建物の上の階へ。119番に場所を伝えてください。",
    "stay-no-target": "いまの災害（{hazards}）で使える避難場所が、この地域の一覧にありません。高いところ、丈夫な建物の上の階へ。",
    "stay-no-site": "この地域の一覧に、使える避難場所がありません。危険を感じたら、高いところ、丈夫な建物の上の階へ。",
    "warn-closed": "いまいる道は通行止めです。できるだけ早く離れてください。",
    "warn-zone": "いまいる場所は、危険な区域の中です。区域の外へ向かいます。",
    "warn-far": "道まで{metres}m、{direction}の方向です。",
    "warn-surface": "この道の{percent}%は、路面の情報がありません。",
    "warn-unplaced": "場所の分からない通行止めが{count}件あります。",
}
_EN = {
    "depart": "Go along {street}",
    "straight": "Go straight on along {street}",
    "turn-left": "Turn left into {street}",
    "turn-right": "Turn right into {street}",
    "turn-back": "Turn back along {street}",
    "bridge": "Cross the bridge ({street})",
    "tunnel": "Go through the tunnel or underpass ({street})",
    "steps": "Take the stairs ({street})",
    "arrive": "Arrive: {name}",
    "street-unnamed": "the street",
    "why-suits": "The nearest site on foot that may be used for: {hazards}.",
    "why-nearest": "No hazard is in force here. This is the nearest site on foot.",
    "second": "{minutes} min farther",
    "stay-cut-off": "No safe way leads from here to a site. Go up: high ground or the upper floors of a solid building. "
    "Call 119 and say where you are.",
    "stay-no-target": "No site in this area's list may be used for: {hazards}. Go up: high ground or the upper floors of a "
    "solid building.",
    "stay-no-site": "This area's list holds no site that may be used. If you feel in danger, go up: high ground or the upper "
    "floors of a solid building.",
    "warn-closed": "The road you are on is closed. Leave it as soon as you can.",
    "warn-zone": "You are inside a danger zone. This way leads out of it.",
    "warn-far": "The nearest way is {metres} m to the {direction}.",
    "warn-surface": "Nothing is known about the surface of {percent} % of this way.",
    "warn-unplaced": "{count} closures have no known place.",
}
_HAZARDS_JA = {
    "flood": "洪水", "landslide": "土砂災害", "storm_surge": "高潮", "earthquake": "地震", "tsunami": "津波",
    "fire": "大規模な火事", "inland_flood": "内水氾濫", "volcano": "火山現象",
}  # fmt: skip
_DIRECTIONS_JA = {
    "north": "北", "northeast": "北東", "east": "東", "southeast": "南東", "south": "南", "southwest": "南西",
    "west": "西", "northwest": "北西",
}  # fmt: skip
_WORDS: Mapping[str, Mapping[str, str]] = {"ja": _JA, "en": _EN}


def say(key: str, language: str, **arguments: object) -> str:
    """One sentence. Hazards and directions among the arguments are translated."""
    if "hazards" in arguments:
        names = arguments["hazards"]
        assert isinstance(names, tuple)  # noqa: S101
        arguments["hazards"] = (
            "・".join(_hazard(n, language) for n in names) if language == "ja" else ", ".join(names)
        )
    if "direction" in arguments and language == "ja":
        arguments["direction"] = _DIRECTIONS_JA[str(arguments["direction"])]
    if "street" in arguments and not arguments["street"]:
        arguments["street"] = _WORDS[language]["street-unnamed"]
    return _WORDS[language][key].format(**arguments)


def _hazard(name: str, language: str) -> str:
    return _HAZARDS_JA.get(name, name) if language == "ja" else name
