"""A made-up town's day in every format that the registry reads: documents in the order in which they are written."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from streams.clock import ManualClock

START_MS = 1_790_000_000_000
MINUTE_MS = 60_000
STEPS = 6
"""How often each feed speaks: at each minute it says something else of the same things."""
HERE = (135.27, 34.50)
STATUSES = ("訓練", "試験")


@dataclass(frozen=True)
class Document:
    """`source` sends it at `at_ms`."""

    source: str
    at_ms: int
    body: bytes
    name: str = ""


@dataclass(frozen=True)
class Moment:
    """What a writer knows: which town (their ids differ), which step, and dice of its own."""

    town: str
    step: int
    dice: random.Random

    @property
    def at_ms(self) -> int:
        return START_MS + self.step * MINUTE_MS

    @property
    def iso(self) -> str:
        return datetime.fromtimestamp(self.at_ms / 1000, UTC).isoformat()

    def some(self, count: int, *, at_least: int = 1) -> list[int]:
        """Some of so many things."""
        return sorted(self.dice.sample(range(count), self.dice.randint(at_least, count)))

    def often(self) -> bool:
        return self.dice.random() < 0.7


Writer = Callable[[Moment], str | bytes]


def list_documents(seed: int, town: str) -> Iterator[Document]:
    """Every format's documents of one town, step by step."""
    dice = {name: random.Random(f"{seed}/{name}") for name in WRITERS}
    for step in range(STEPS):
        for name, write in WRITERS.items():
            moment = Moment(town, step, dice[name])
            body = write(moment)
            data = body if isinstance(body, bytes) else body.encode()
            yield Document(f"{town}/{name.partition(' ')[0]}", moment.at_ms, data, name=NAMES.get(name, ""))


def clock() -> ManualClock:
    """At the moment of the first documents."""
    return ManualClock(START_MS)


def jma(moment: Moment, *, title: str, body: str, action: str = "発表") -> str:
    root = "http://xml.kishou.go.jp/jmaxml1/"
    office = f"{moment.town}気象台"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Report xmlns="{root}"><Control><Title>{title}</Title>'
        f"<Status>{moment.dice.choice(STATUSES)}</Status><EditorialOffice>{office}</EditorialOffice>"
        f"<PublishingOffice>{office}</PublishingOffice></Control>"
        f'<Head xmlns="{root}informationBasis1/"><Title>題</Title><ReportDateTime>{moment.iso}</ReportDateTime>'
        f"<EventID>E1</EventID><InfoType>{action}</InfoType><Serial>{moment.step}</Serial><Headline><Text>文</Text>"
        f'</Headline></Head><Body xmlns="{root}body/meteorology1/">{body}</Body></Report>'
    )


def jma_warning(moment: Moment) -> str:
    code, name = moment.dice.choice(
        (("43", "大雨危険警報"), ("03", "大雨警報"), ("10", "大雨注意報"), ("33", "大雨特別警報"))
    )
    part = moment.dice.choice(("9910100", "9910177"))  # the second is newer than this system's area
    item = f"<Item><Kind><Name>{name}</Name><Code>{code}</Code><Status>発表</Status></Kind><Area><Name>町</Name><Code>{part}</Code></Area></Item>"
    action = "発表" if moment.often() else moment.dice.choice(("訂正", "取消"))
    body = f'<Warning type="気象警報・注意報（市町村等）">{item}</Warning>'
    return jma(moment, title="気象警報・注意報（Ｒ０６）（大雨）", body=body, action=action)


def jma_tsunami(moment: Moment) -> str:
    code, name = moment.dice.choice(
        (("52", "大津波警報"), ("51", "津波警報"), ("62", "津波注意報"), ("50", "警報解除"))
    )
    body = (
        "<Tsunami><Forecast><Item><Area><Name>湾</Name><Code>999</Code></Area>"
        f"<Category><Kind><Name>{name}</Name><Code>{code}</Code></Kind></Category></Item></Forecast></Tsunami>"
    )
    return jma(
        moment, title="津波警報・注意報・予報a", body=body, action="発表" if moment.often() else "取消"
    )


def cap(moment: Moment) -> str:
    lon, lat = HERE
    kind = "Alert" if moment.step == 0 else moment.dice.choice(("Update", "Cancel", "Alert"))
    known = f"city@{moment.town},A{moment.step - 1},{Moment(moment.town, moment.step - 1, moment.dice).iso}"
    references = f"<references>{known}</references>" if kind != "Alert" else ""
    polygon = f"<polygon>{lat},{lon} {lat},{lon + 0.005} {lat + 0.005},{lon + 0.005} {lat},{lon}</polygon>"
    return (
        f'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>A{moment.step}</identifier><sender>city@{moment.town}</sender>'
        f"<sent>{moment.iso}</sent><status>Exercise</status><msgType>{kind}</msgType><scope>Public</scope>{references}"
        f"<info><category>Met</category><event>Flood</event><urgency>Immediate</urgency><severity>Severe</severity>"
        f"<certainty>Observed</certainty><area><areaDesc>Minato</areaDesc>{polygon}</area></info></alert>"
    )


def atom(moment: Moment) -> str:
    other = Moment(f"{moment.town}-atom", moment.step, moment.dice)
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom"><id>f</id>'
        f"<entry><id>1</id><content type='text/xml'>{cap(other)}</content></entry></feed>"
    )


def _edxl(moment: Moment, body: str, *, category: str) -> str:
    return (
        f"<EDXLDistribution><dateTimeSent>{moment.iso}</dateTimeSent><distributionStatus>Exercise</distributionStatus>"
        f"<distributionType>{'Report' if moment.step == 0 else 'Update'}</distributionType><targetArea><areaName>澪北市</areaName>"
        f"<jisX0402>991015</jisX0402></targetArea><contentObject><xmlContent><embeddedXMLContent><Report><Control><Title>{category}</Title>"
        f"</Control><Head><Title>澪北市</Title><ReportDateTime>{moment.iso}</ReportDateTime><Headline><Text>文</Text></Headline></Head>{body}"
        f"</Report></embeddedXMLContent></xmlContent><documentRevision>{moment.step + 1}</documentRevision>"
        f"<documentID>{moment.town}-{category}</documentID><category>{category}</category></contentObject></EDXLDistribution>"
    )


def lalert_order(moment: Moment) -> str:
    sort = moment.dice.choice(("高齢者等避難", "避難指示", "緊急安全確保"))
    lift = "発令" if moment.often() else "解除"
    area = "<Area><Location><areaName>一丁目</areaName><jisX0402>991015</jisX0402></Location></Area>"
    detail = f"<Detail><Sort>{sort}</Sort><IssueOrLift>{lift}</IssueOrLift><Areas>{area}</Areas></Detail>"
    return _edxl(moment, f"<EvacuationOrder>{detail}</EvacuationOrder>", category="EvacuationOrder")


def lalert_shelters(moment: Moment) -> str:
    infos = "".join(
        f"<Information><Location><areaName>{moment.town}第{n}小学校</areaName></Location><Sort>{moment.dice.choice(('開設', '閉鎖'))}</Sort>"
        f"<Capacity>300</Capacity><NumberOf><HeadCount>{moment.dice.randint(0, 90)}</HeadCount></NumberOf></Information>"
        for n in moment.some(4)
    )
    return _edxl(moment, f"<Shelter><Informations>{infos}</Informations></Shelter>", category="Shelter")


def datex(moment: Moment) -> str:
    xsi = "http://www.w3.org/2001/XMLSchema-instance"
    point = (
        "<groupOfLocations><pointByCoordinates><pointCoordinates><latitude>34.5</latitude><longitude>135.27</longitude>"
        "</pointCoordinates></pointByCoordinates></groupOfLocations>"
    )
    situations = "".join(
        f'<situation id="S{n}"><headerInformation><informationStatus>securityExercise</informationStatus></headerInformation>'
        f'<situationRecord xmlns:xsi="{xsi}" xsi:type="RoadOrCarriagewayOrLaneManagement" id="R{n}" version="{moment.step}">'
        f"<situationRecordVersionTime>{moment.iso}</situationRecordVersionTime><validity><validityStatus>active</validityStatus></validity>"
        f"{point}<roadOrCarriagewayOrLaneManagementType>roadClosed</roadOrCarriagewayOrLaneManagementType></situationRecord></situation>"
        for n in moment.some(5)
    )
    return (
        '<d2LogicalModel xmlns="http://datex2.eu/schema/2/2_0" modelBaseVersion="2"><exchange/>'
        f'<payloadPublication xmlns:xsi="{xsi}" xsi:type="SituationPublication"><publicationTime>{moment.iso}</publicationTime>'
        f"{situations}</payloadPublication></d2LogicalModel>"
    )


def _line(number: int) -> dict[str, object]:
    lon, lat = HERE
    return {"type": "LineString", "coordinates": [[lon, lat], [lon + 0.001 * (number + 1), lat + 0.001]]}


def wzdx(moment: Moment) -> str:
    zones = [
        {
            "type": "Feature", "id": f"W{n}", "geometry": _line(n),
            "properties": {
                "core_details": {"event_type": "work-zone", "road_names": [f"国道{n}号"], "direction": "northbound"},
                "vehicle_impact": "all-lanes-closed", "start_date": moment.iso, "end_date": "2030-01-01T00:00:00Z",
            },
        }
        for n in moment.some(6, at_least=0)
    ]  # fmt: skip
    about = {"update_date": moment.iso, "version": "4.2", "publisher": moment.town}
    return json.dumps({"feed_info": about, "type": "FeatureCollection", "features": zones})


def open511(moment: Moment) -> str:
    events = [
        {
            "id": f"x/{n}", "status": "ACTIVE" if moment.often() else "ARCHIVED", "event_type": "CONSTRUCTION", "headline": "works",
            "updated": moment.iso, "roads": [{"name": "Rte 1", "state": "CLOSED"}], "geography": {"type": "Point", "coordinates": list(HERE)},
        }
        for n in moment.some(5)
    ]  # fmt: skip
    return json.dumps({"meta": {"version": "v1"}, "events": events})


def nsw(moment: Moment) -> str:
    hazards = [
        {
            "type": "Feature", "id": n, "geometry": {"type": "POINT", "coordinates": list(HERE)},
            "properties": {
                "headline": "FLOOD", "mainCategory": "Flooding", "ended": False, "lastUpdated": moment.at_ms, "start": START_MS, "end": None,
                "periods": [{"closureType": "ROAD_CLOSURE"}], "roads": [{"mainStreet": "Pacific Hwy", "impactedLanes": []}],
            },
        }
        for n in moment.some(6, at_least=0)
    ]  # fmt: skip
    return json.dumps(
        {
            "type": "FeatureCollection",
            "layerName": "Flood",
            "lastPublished": moment.at_ms,
            "features": hazards,
        }
    )


def closures(moment: Moment) -> str:
    features = [
        {
            "type": "Feature", "geometry": _line(n),
            "properties": {
                "id": f"{moment.town}-bridge-{n}", "status": "closed" if moment.often() else "open", "as_of": moment.iso,
                "modes": ["foot", "car"], "cause": f"cause {moment.step}", "structure": "bridge",
            },
        }
        for n in moment.some(6)
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features})


def jartic(moment: Moment) -> bytes:
    header = (
        "共通規制種別コード,点・線・面コード,県別規制種別名称,ユニークキー,データ更新日,規制場所の経度緯度"
    )
    rows = [
        f"4,2,通行禁止,{moment.town}K{n},2026/4/{moment.step + 1},135.27 34.5;135.28 34.5"
        for n in moment.some(5)
    ]
    return "\r\n".join([header, *rows]).encode("cp932")


def _entity(kind: str, ident: str, moment: Moment, **fields: object) -> dict[str, object]:
    return {"id": f"urn:{moment.town}:{ident}", "type": kind, "dateModified": moment.iso} | fields


def ngsi(moment: Moment) -> str:
    place = {"type": "Point", "coordinates": list(HERE)}
    code = "991015"
    entities = [
        _entity("EvacuationSite", "S1", moment, externalSiteId=f"{moment.town}-S1", localGovernmentCode=code, name=f"公園{moment.step}", location=place, hazardTypes=["flood"]),
        _entity("EvacuationShelter", "S2", moment, externalShelterId=f"{moment.town}-S2", localGovernmentCode=code, openingStatus=moment.dice.choice(("open", "closed", "full")), evacueeTotal=moment.step),
        _entity("RoadRestriction", "R", moment, roadName="県道14号", location=place, restrictionStatus="closed" if moment.often() else "open", regulationCategory="closedWeather"),
    ]  # fmt: skip
    return json.dumps({"subscriptionId": "s", "data": entities}, ensure_ascii=False)


def gsi_geojson(moment: Moment) -> str:
    features = [
        {
            "type": "Feature", "geometry": {"type": "Point", "coordinates": list(HERE)},
            "properties": {"共通ID": f"E99101{moment.town}{n}", "施設・場所名": f"高台{n}", "津波": "1" if moment.often() else ""},
        }
        for n in moment.some(5)
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def gsi_csv(moment: Moment) -> str:
    rows = [f"G99101{moment.town}{n},公園{n},1,,34.5,135.27" for n in moment.some(5)]
    return "\n".join(["共通ID,施設・場所名,洪水,津波,緯度,経度", *rows])


def recommended(moment: Moment) -> str:
    header = "全国地方公共団体コード,ID,名称,緯度,経度,災害種別_洪水,災害種別_津波,想定収容人数"
    rows = [
        f"991015,{moment.town}-R{n},集会所{n},34.5,135.27,1,,{moment.dice.randint(10, 99)}"
        for n in moment.some(5)
    ]
    return "\n".join([header, *rows])


def status_csv(moment: Moment) -> str:
    header = "全国地方公共団体コード,ID,名称,開設状況,避難者数,避難世帯数,想定収容人数,日時"
    words = ("未開設", "開設", "閉鎖", "不明", "満員")
    rows = [
        f"991015,{moment.town}-R{n},集会所{n},{moment.dice.choice(words)},{moment.dice.randint(0, 99)},,300,{moment.iso}"
        for n in moment.some(5)
    ]
    return "\n".join([header, *rows])


def open_list(moment: Moment) -> str:
    """A list of the shelters that are open: one that closes just leaves it."""
    at = f"令和8年9月22日午前9時{moment.step}分"
    rows = [
        f"{moment.town}-N{n},避難所{n},{moment.dice.randint(0, 99)},{at},{moment.town}市"
        for n in moment.some(6)
    ]
    return "\n".join(["ID,名称,人数,時点,所在地_市区町村", *rows])


WRITERS: dict[str, Writer] = {
    "jma warning": jma_warning,
    "jma tsunami": jma_tsunami,
    "cap": cap,
    "atom": atom,
    "edxl orders": lalert_order,
    "edxl shelters": lalert_shelters,
    "datex2": datex,
    "wzdx": wzdx,
    "open511": open511,
    "nsw-livetraffic": nsw,
    "closures-geojson": closures,
    "jartic-csv": jartic,
    "ngsi": ngsi,
    "gsi-geojson": gsi_geojson,
    "gsi-csv": gsi_csv,
    "recommended-csv": recommended,
    "shelter-status-csv report": status_csv,
    "shelter-status-csv list": open_list,
}
NAMES = {"jartic-csv": "大阪府警_202607_k_2.1.csv"}
