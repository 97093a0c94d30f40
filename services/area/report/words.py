"""The report's words in Japanese and English, side by side. Figures come in as arguments; none is written here."""

from collections.abc import Mapping
from html import escape

from services.area.report.analysis import CUT, LATER, UNUSABLE

Pair = tuple[str, str]

HAZARDS: Mapping[str, Pair] = {
    "none": ("災害の発表なし", "No hazard in force"),
    "flood": ("洪水", "Flood"),
    "landslide": ("土砂災害", "Landslide"),
    "storm_surge": ("高潮", "Storm surge"),
    "earthquake": ("地震", "Earthquake"),
    "tsunami": ("津波", "Tsunami"),
    "fire": ("大規模な火事", "Large fire"),
    "inland_flood": ("内水氾濫", "Inland flood"),
    "volcano": ("火山現象", "Volcanic activity"),
}
PROFILES: Mapping[str, Pair] = {
    "adult": ("大人", "Adult"),
    "slow": ("ゆっくり歩く人", "Slow walker"),
    "child": ("子ども", "Child"),
    "stroller": ("ベビーカー", "Stroller"),
    "wheelchair": ("車いす", "Wheelchair"),
}
CLASSES: Mapping[int, Pair] = {
    0: ("5分以内", "within 5 min"),
    1: ("5～10分", "5 to 10 min"),
    2: ("10～15分", "10 to 15 min"),
    LATER: ("15分を超える", "over 15 min"),
    CUT: ("行ける道がない", "no way there"),
    UNUSABLE: ("通れない道", "street not passable"),
}
KINDS: Mapping[str, Pair] = {
    "bridge": ("橋", "Bridge"),
    "tunnel": ("トンネル・地下道", "Tunnel or underpass"),
    "street": ("道", "Street"),
}
TEXT: Mapping[str, Pair] = {
    "title": ("避難場所への近さの報告", "How near safety is: area report"),
    "made-up": (
        "訓練用・架空の都市：この報告の町と人は実在しません。",
        "DRILL, made-up city: neither this town nor its people exist.",
    ),
    "made": ("作成 {when}", "made {when}"),
    "language": ("表示する言語", "Language"),
    "summary": ("要点", "In short"),
    "well-people": (
        "災害の発表がないとき、大人の足で住民の{share}が15分以内にどこかの緊急避難場所に着きます。",
        "With no hazard in force, {share} of the residents reach some evacuation site within 15 minutes at an adult's pace.",
    ),
    "well-streets": (
        "災害の発表がないとき、大人の足で、歩ける道の{share}（延長）から15分以内にどこかの緊急避難場所に着きます。",
        "With no hazard in force, an adult reaches some evacuation site within 15 minutes from {share} of the walkable streets.",
    ),
    "worst-hazard": (
        "いちばん届きにくい災害は「{hazard}」：その災害で使える場所（{sites}か所）に15分以内に着けるのは{share}です。",
        "The hardest hazard is {hazard}: {share} is within 15 minutes of a site that may be used for it ({sites} sites).",
    ),
    "no-site": (
        "「{hazard}」で使える場所で、ここの道から行けるところは、一覧に1か所もありません。",
        "The list holds no site that may be used for, and that the streets here reach: {hazard}.",
    ),
    "worst-district": (
        "「{hazard}」でいちばん低いのは{district}：{share}。",
        "Lowest for {hazard}: {district}, {share}.",
    ),
    "worst-profile": (
        "{profile}では{share}まで下がります（災害の発表がないとき、15分以内）。",
        "For a {profile} it falls to {share} (no hazard in force, 15 minutes).",
    ),
    "worst-link": (
        "失うと影響がいちばん大きい場所は「{name}」（{hazard}）：{effect}。",
        "What most depends on is {name} ({hazard}): {effect}.",
    ),
    "room": (
        "全員が最寄りへ歩くと、「{hazard}」では{short}か所で計{missing}人分が足りません。定員不明は{unknown}か所です。",
        (
            "If all walk to their nearest, {short} sites lack room for {missing} people in all ({hazard}). "
            "Of {unknown} sites the capacity is unknown."
        ),
    ),
    "room-unknown": (
        "定員の過不足は計算できません：{why}。",
        "Whether there is room cannot be worked out: {why}.",
    ),
    "why-no-people": ("住民の分布が与えられていない", "nobody said where people live"),
    "why-no-capacity": (
        "一覧の{count}か所すべてで定員が不明",
        "the capacity of all {count} listed sites is unknown",
    ),
    "matrix": (
        "15分以内に使える場所へ着ける割合：災害と歩く人ごと",
        "Share within 15 minutes of a site that may be used, by hazard and walker",
    ),
    "hazard": ("災害", "Hazard"),
    "sites": ("使える場所", "Sites"),
    "zones": ("想定区域", "Zones"),
    "speed": ("{speed} m/秒", "{speed} m/s"),
    "by-streets": ("道の延長", "Street length"),
    "by-people": ("住民", "Residents"),
    "section": (
        "使える場所 {sites}か所、ハザードマップの区域 {zones}",
        "{sites} sites may be used; {zones} hazard-map zones",
    ),
    "remote": (
        "ほかに{count}か所が使えますが、歩ける道から300 mより遠く、数えていません。",
        "{count} more may be used, but are farther than 300 m from any way, and do not count.",
    ),
    "section-none": ("緊急避難場所 {sites}か所すべて", "all {sites} evacuation sites"),
    "map": (
        "大人が使える場所まで歩く時間（道の延長の中央値、六角形ごと）",
        "An adult's walk to a site that may be used (median of the streets in each hexagon)",
    ),
    "site": ("使える場所", "site that may be used"),
    "other-site": ("この災害では使えない・不明", "not for this hazard, or unknown"),
    "zone": ("ハザードマップの区域（中へは案内しない）", "hazard-map zone (nobody is led in)"),
    "border": ("市区町村の境", "municipal border"),
    "marker": ("失うと影響の大きい場所（下の表の番号）", "what much depends on (numbers: table below)"),
    "by-district": ("市区町村ごと（大人）", "By municipality (adult)"),
    "district": ("市区町村", "Municipality"),
    "whole": ("全体", "Whole area"),
    "outside": ("どの境界にも入らない", "Outside every boundary"),
    "length": ("延長", "Length"),
    "people": ("住民", "Residents"),
    "within": ("{minutes}分以内", "within {minutes} min"),
    "spread": ("内訳", "Spread"),
    "bottlenecks": ("失うと影響の大きい橋・道（大人）", "Bridges and streets that much depends on (adult)"),
    "number": ("番号", "No."),
    "place": ("場所", "Place"),
    "carried": ("今ここを通る", "Pass here now"),
    "stranded": ("行けなくなる", "Lose every way"),
    "lengthened": ("遠くなる", "Walk longer"),
    "mean": ("平均", "mean"),
    "worst": ("最大", "most"),
    "minutes": ("{minutes}分", "{minutes} min"),
    "people-count": ("{count}人", "{count} people"),
    "node-count": ("{count}交差点", "{count} crossings"),
    "strand": ("{count}が使える場所へ行けなくなります", "{count} lose every way to a site"),
    "lengthen": (
        "{count}が遠くなります（平均{mean}分、最大{worst}分）",
        "{count} walk longer ({mean} min on average, {worst} at most)",
    ),
    "no-bottleneck": ("影響の大きい場所は見つかりませんでした。", "Nothing was found that much depends on."),
    "unnamed": ("（名前なし）", "(no name)"),
    "catchments": (
        "場所ごとの受け持ち：全員が最寄りへ歩いた場合（大人）",
        "Catchments: if all walk to their nearest (adult)",
    ),
    "site-name": ("緊急避難場所", "Evacuation site"),
    "street-km": ("受け持つ道", "Street"),
    "capacity": ("定員", "Capacity"),
    "missing": ("不足", "Short by"),
    "room-left": ("余裕 {count}", "room for {count}"),
    "unknown": ("不明", "unknown"),
    "more-rows": ("ほか{count}か所はCSVにあります。", "{count} more are in the CSV file."),
    "sources": ("出典と日付", "Sources and their age"),
    "source-network": ("道路網", "Streets"),
    "source-lists": ("避難場所の一覧", "Lists of sites"),
    "source-people": ("住民の分布", "Where people live"),
    "source-zones": ("ハザードマップ", "Hazard maps"),
    "source-notes": ("この地域の注意", "Notes on this area"),
    "not-given": ("与えられていない", "not given"),
    "dated": ("{source}（{when}）", "{source} ({when})"),
    "date-unknown": ("日付不明", "date unknown"),
    "zones-given": ("区域 {count}", "{count} zones"),
    "method": ("読み方", "How to read this"),
    "method-time": (
        "時間は歩く時間です。歩き始めるまでの時間、混雑、夜の暗さは含みません。道は10 mごとに、住民は与えられた場所ごとに調べました。",
        (
            "Times are walking times: without the time before leaving, crowding or darkness. "
            "Streets were asked every 10 m, residents at the places given."
        ),
    ),
    "method-suit": (
        "「使える」は、一覧でその災害の印がある指定緊急避難場所です。印が不明な場所は使えるとは数えません。開設の状況は見ていません。",
        (
            "A site “may be used” if the list marks it for that hazard; an unknown mark does not count. "
            "Whether it is open today is not considered."
        ),
    ),
    "method-zone": (
        "各災害は地域全体に出ているとして数えました。その災害の区域には入らず、中の人は外へ出ます。洪水・内水氾濫・高潮・津波では渡渉部とトンネル・地下道を通りません。",
        (
            "Each hazard counts as if in force everywhere: nobody enters its zones, whoever is inside leaves. "
            "In flood, inland flood, storm surge and tsunami, fords, tunnels and underpasses are closed."
        ),
    ),
    "method-link": (
        "橋などの影響は、それを除いて全員の道を計算し直した値です。並ぶ橋（25 m以内、同じ層）は一つと数えました。調べたのは、通る人の多い橋・トンネルと、回り道の長い道です。",
        (
            "What a loss does was worked out by finding everybody's way again without it. Bridges side by side (25 m, one layer) "
            "count as one. Tried were the bridges and tunnels that most pass, and streets with the longest ways round."
        ),
    ),
    "method-cut": (
        "「行ける道がない」には、地図の道がほかとつながっていないところも入ります。「通れない道」は、その歩く人が使えない階段などです。",
        (
            "“No way there” includes streets that the map joins to nothing. "
            "“Not passable” are stairs and the like that this walker cannot use."
        ),
    ),
    "method-surface": (
        "道の延長の{share}は路面の情報がなく、車いすとベビーカーも通れるものとして数えました。実際はこれより届きにくいことがあります。",
        (
            "Of {share} of the street length nothing is known about the surface; wheelchairs and strollers count as passing there, so "
            "the truth may be worse."
        ),
    ),
    "unplaced": (
        "住民のうち{count}人は、歩ける道から300 mより遠く、数えていません。",
        "{count} residents are more than 300 m from any way, and are not counted.",
    ),
}


def pair(key: str, **arguments: object) -> Pair:
    """A sentence in both languages; an argument may be a pair itself."""
    first, second = TEXT[key]
    return first.format(**_side(arguments, 0)), second.format(**_side(arguments, 1))


def _side(arguments: Mapping[str, object], index: int) -> dict[str, object]:
    return {name: value[index] if isinstance(value, tuple) else value for name, value in arguments.items()}


def html(words: Pair) -> str:
    """Both languages as HTML; the page shows one of them."""
    return f'<span class="ja" lang="ja">{escape(words[0])}</span><span class="en" lang="en">{escape(words[1])}</span>'


def say(key: str, **arguments: object) -> str:
    """A sentence as HTML in both languages."""
    return html(pair(key, **arguments))
