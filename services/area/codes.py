"""From a JIS X 0402 municipality code to every code under which a Japanese alert may name that place. Tables and no geography.

Sources: JMA's 津波予報区 list (66 areas), JMA's tree of warning areas (2021) for split municipalities and forecast offices,
JIS X 0402 for the ward ranges of designated cities. Where a municipality lies in one of several areas and the code alone
cannot say in which, it gets all of them: a warning too many, never one too few.
"""

PREFECTURES_WITH_WARDS = {
    "01": (100,), "04": (100,), "11": (100,), "12": (100,), "14": (100, 130, 150), "15": (100,),
    "22": (100, 130), "23": (100,), "26": (100,), "27": (100, 140), "28": (100,), "33": (100,), "34": (100,),
    "40": (100, 130), "43": (100,),
}  # fmt: skip
"""Designated cities: the last three digits of the city; its wards follow up to the next city's, below 200."""

TSUNAMI_AREAS = {
    "01": "100 101 102 110 111 120", "02": "200 201 202", "03": "210", "04": "220", "05": "230", "06": "240",
    "07": "250", "08": "300", "12": "310 311 312", "13": "312 320 321", "14": "312 330", "15": "340 341",
    "16": "350", "17": "360 361", "18": "370", "22": "380", "23": "390 391", "24": "391 400", "26": "500",
    "27": "510", "28": "520 521 522", "30": "530", "31": "540", "32": "550 551", "33": "560", "34": "570",
    "35": "700 701", "36": "580", "37": "590", "38": "600 601", "39": "610", "40": "710 711 712",
    "41": "712 720", "42": "712 730 731", "43": "712 740", "44": "750 751", "45": "760",
    "46": "770 771 772 773", "47": "800 801 802",
}  # fmt: skip
"""津波予報区 of each prefecture's coasts; a prefecture without a coast is absent."""

OFFICES = {
    "01": "011000 012000 013000 014030 014100 015000 016000 017000",
    "46": "460040 460100",
    "47": "471000 472000 473000 474000",
}
"""Prefectures whose warnings come from several offices; any other prefecture's area is its code and 0000."""

SPLIT = {
    "01206": 3, "01208": 2, "01233": 2, "01346": 2, "01484": 2, "01601": 2, "04100": 2, "04213": 2, "04215": 2,
    "04421": 2, "07203": 2, "07344": 2, "09206": 5, "20202": 2, "20215": 2, "22100": 2, "22130": 2, "23211": 2,
    "25201": 2, "29207": 2, "30206": 5, "31201": 2, "36207": 2, "36468": 2, "42202": 2, "42209": 2, "42212": 2,
    "46215": 2,
}  # fmt: skip
"""Municipalities that JMA warns in parts: how many parts, numbered from 01."""


def city_of(code: str) -> str:
    """The city to which a ward belongs; any other municipality is itself."""
    number = int(code[2:])
    bases = [base for base in PREFECTURES_WITH_WARDS.get(code[:2], ()) if base <= number < 200]
    return f"{code[:2]}{max(bases):03d}" if bases else code


def refs_of(code: str) -> tuple[str, ...]:
    """Every `scheme/code` of a municipality or ward (5 digits)."""
    city, prefecture = city_of(code), code[:2]
    parts = SPLIT.get(city)
    classes = [f"{city}{part:02d}" for part in range(1, parts + 1)] if parts else [f"{city}00"]
    refs = [f"muni/{code}", f"muni/{city}"]
    refs += [f"city/{number}" for number in classes]
    refs += [f"quake/{code}00", f"quake/{city}00"]
    refs += [f"district/{office}" for office in OFFICES.get(prefecture, f"{prefecture}0000").split()]
    refs += [f"tsunami/{area}" for area in TSUNAMI_AREAS.get(prefecture, "").split()]
    return tuple(dict.fromkeys(refs))
