### 길 안내 문장. 키와 인수는 모든 언어에서 같다.

depart = { $street } 방향으로 가세요
straight = { $street } 쪽으로 직진하세요
turn-left = 왼쪽으로 돌아 { $street } 쪽으로 가세요
turn-right = 오른쪽으로 돌아 { $street } 쪽으로 가세요
turn-back = 되돌아서 { $street } 쪽으로 가세요
bridge = 다리({ $street })를 건너세요
tunnel = 터널 또는 지하차도({ $street })를 지나세요
steps = 계단({ $street })을 이용하세요
arrive = 도착: { $name }
street-unnamed = 길

why-suits = { $hazards } 때 사용할 수 있는, 걸어서 가장 가까운 대피 장소입니다.
why-nearest = 현재 이곳에 발표된 재해는 없습니다. 걸어서 가장 가까운 대피 장소입니다.
why-suits-car = { $hazards } 때 사용할 수 있는, 차로 가장 빨리 도착하는 대피 장소입니다.
why-nearest-car = 현재 이곳에 발표된 재해는 없습니다. 차로 가장 빨리 도착하는 대피 장소입니다.
why-in-time = 위험이 닥치기 전에 아직 갈 수 있는 가장 가까운 대피 장소입니다. { $hazards } 때 사용할 수 있습니다.
why-room = 아직 자리가 있는 가까운 대피 장소 중 하나입니다. { $hazards } 때 사용할 수 있습니다.
why-room-nearest = 아직 자리가 있는 가까운 대피 장소 중 하나입니다. 현재 이곳에 발표된 재해는 없습니다.
second-farther = { $minutes }분 더 멉니다
second-alike = 거의 같은 거리입니다
second-zone = 위험 구역 안을 더 오래 지납니다
second-filling = 더 가깝지만 남은 자리가 적습니다
second-fuller = 더 붐빕니다({ $percent }%)
passed-unsuited = 선택하지 않은 곳: { $name }. { $hazards } 때 사용할 수 있다고 목록에 나와 있지 않습니다.
passed-full = 선택하지 않은 곳: { $name }. 만원입니다.
passed-closed = 선택하지 않은 곳: { $name }. 닫혀 있습니다.
passed-filling = 선택하지 않은 곳: { $name }. 남은 자리가 적습니다.
passed-late = 선택하지 않은 곳: { $name }. 위험이 닥치기 전에 도착할 수 없습니다.

stay-cut-off = 지금 계신 곳에서 대피 장소로 가는 안전한 길이 없습니다. 높은 곳이나 튼튼한 건물의 위층으로 올라가세요. 119에 전화해 위치를 알리세요.
stay-no-target = 이 지역 목록에 { $hazards } 때 사용할 수 있는 대피 장소가 없습니다. 높은 곳이나 튼튼한 건물의 위층으로 올라가세요.
stay-no-site = 이 지역 목록에 사용할 수 있는 대피 장소가 없습니다. 위험을 느끼면 높은 곳이나 튼튼한 건물의 위층으로 올라가세요.
stay-too-late = 지금 벗어나기에는 늦었습니다. 도중에 { $hazards }을(를) 만날 수 있습니다. 즉시 튼튼한 건물의 위층으로 올라가세요. 없으면 물에서 멀리, 높은 쪽으로 가세요.

warn-closed = 지금 계신 길은 통행이 금지되었습니다. 되도록 빨리 벗어나세요.
warn-zone = 지금 계신 곳은 위험 구역 안입니다. 이 길은 구역 밖으로 안내합니다.
warn-far = 가장 가까운 길은 { $direction }쪽으로 { $metres }m 떨어져 있습니다.
warn-surface = 이 길의 { $percent }%는 노면 정보가 없습니다.
warn-unplaced = 위치를 알 수 없는 통행 금지가 { $count }건 있습니다.
warn-underpass = 도중의 낮은 길({ $street })에 들어가지 마세요. { $hazards }(으)로 물이 찰 수 있어 피해서 안내합니다.
warn-leave =
    { $minutes ->
        [0] 지금 바로 이 길로 출발하세요. 늦으면 이 길로는 갈 수 없습니다.
       *[other] { $minutes }분 안에 이 길로 출발하세요. 늦으면 이 길로는 갈 수 없습니다.
    }
warn-unmapped = 이 지역의 { $hazards } 예상 지도가 없어 언제 어디까지 오는지 알 수 없습니다. 지금 바로 출발해 되도록 높은 곳으로 가세요.
warn-wheels = 이 길의 대부분에 다음 정보가 없습니다: { $what }.
warn-silent-alerts = { $sources }의 경보 정보가 { $minutes }분 동안 들어오지 않았습니다. 새로운 경보가 있을 수 있습니다.
warn-silent-closures = { $sources }의 통행 금지 정보가 { $minutes }분 동안 들어오지 않았습니다. 지나갈 수 없는 길이 더 있을 수 있습니다.
warn-silent-shelter_reports = { $sources }의 대피소 개설 정보가 { $minutes }분 동안 들어오지 않았습니다. 가득 찼거나 닫힌 곳이 있을 수 있습니다.
warn-unheard-alerts = { $sources }의 경보 정보가 아직 한 번도 들어오지 않았습니다. 알려지지 않은 경보가 있을 수 있습니다.
warn-unheard-closures = { $sources }의 통행 금지 정보가 아직 한 번도 들어오지 않았습니다. 지나갈 수 없는 길이 더 있을 수 있습니다.
warn-unheard-shelter_reports = { $sources }의 대피소 개설 정보가 아직 한 번도 들어오지 않았습니다. 가득 찼거나 닫힌 곳이 있을 수 있습니다.

lease-kept = { $name }에 { $party }명 자리를 확보했습니다. { $minutes }분 안에 연장하십시오.
lease-next = 가까운 대피소는 받을 수 없어 { $name }에 { $party }명 자리를 확보했습니다. { $minutes }분 안에 연장하십시오.
lease-moved = 더 이상 받지 않는 곳: { $former }. { $name }에 { $party }명 자리를 확보했습니다. 그곳으로 가시고 { $minutes }분 안에 연장하십시오.
lease-leave = { $name }은(는) 지금 받지 않습니다. 다른 대피소를 확인하십시오.
lease-arrived = { $name }에 도착했습니다({ $party }명).
lease-full = 후보 대피소에 { $party }명 자리가 없습니다. 자리 확보 없이 안내대로 계속 대피하십시오.
lease-capacity-unknown = 후보 대피소의 수용 인원을 알 수 없어 자리를 확보할 수 없습니다. 안내대로 계속 대피하십시오.
lease-no-way = 갈 수 있는 대피소가 없어 자리를 확보할 수 없습니다. 안내에 따르십시오.
lease-book-away = 지금은 자리를 확보할 수 없습니다. 안내대로 계속 대피하십시오.

list-separator = { ", " }
hazard-flood = 홍수
hazard-landslide = 산사태
hazard-storm_surge = 폭풍 해일
hazard-earthquake = 지진
hazard-tsunami = 쓰나미
hazard-fire = 대형 화재
hazard-inland_flood = 내수 침수
hazard-volcano = 화산 활동
direction-north = 북
direction-northeast = 북동
direction-east = 동
direction-southeast = 남동
direction-south = 남
direction-southwest = 남서
direction-west = 서
direction-northwest = 북서
unknown-incline = 경사
unknown-width = 폭
unknown-kerb = 턱

goal-yours = 지정하신 장소
stop-pick-up = 데리러 가는 곳
why-given = 목적지까지 가는 길입니다: { $name }.
refused-goal-in-danger = 가지 마세요: { $name }. 그곳은 위험합니다({ $hazards }). 대신 여기에 표시된 대피 장소로 가세요.
refused-goal-full = 만원입니다: { $name }. 대신 여기에 표시된 대피 장소로 가세요.
refused-goal-closed = 닫혀 있습니다: { $name }. 대신 여기에 표시된 대피 장소로 가세요.
refused-goal-off = 300m 안에 이용할 수 있는 길이 없습니다: { $name }. 대신 여기에 표시된 대피 장소로 가세요.
refused-through-danger = 가지 마세요: { $name }. 모든 길이 위험 구역({ $hazards })을 지납니다. 대신 여기에 표시된 대피 장소로 가세요.
refused-cut-off = 통행할 수 있는 길이 없습니다: { $name }. 대신 여기에 표시된 대피 장소로 가세요.
refused-too-late = 지금 출발하면 늦습니다: { $name }. 도중에 위험해질 수 있습니다. 여기에 표시된 대로 하세요.
warn-goal-announced = 목적지는 위험이 예상되는 구역 안에 있습니다({ $hazards }). 일찍 떠날 수 있도록 준비하세요.
warn-goal-hazard = 목적지에 경보가 내려져 있습니다({ $hazards }). 그곳이 안전한지는 알 수 없습니다.
warn-goal-unsuited = { $hazards } 때 사용할 수 있다고 목록에 나와 있지 않습니다: { $name }.
warn-car = 쓰나미나 지진 때는 걸어서 대피하는 것이 원칙입니다. 걸을 수 없는 사람이 있을 때만 차를 이용하십시오. 길이 막히면 벗어날 수 없습니다.
warn-car-roads = 시간은 도로가 비어 있을 때의 시간입니다. 정체와 알려지지 않은 통행 금지는 알 수 없습니다.
warn-car-stay = 이것은 차로 갈 때의 답입니다. 걸어서 갈 수 있는 길이 있을 수 있으니 도보로 다시 조회하십시오.
why-tour = 이 순서로 가면 가장 짧은 길로 모두를 안전한 곳까지 데려갈 수 있습니다.
why-tour-part = 이 순서로 가면 되도록 많은 사람을 안전한 곳까지 데려갈 수 있습니다. 데리러 갈 수 없는 사람은 119에 알리세요.
why-no-tour = 안전하게 데리러 갈 수 있는 사람이 없습니다. 119에 알리고, 먼저 대피하세요.
left-in-danger = 그곳은 위험합니다({ $hazards }). 들어가지 말고 119에 전화해 위치를 알리세요.
left-off = 300m 안에 이용할 수 있는 길이 없습니다.
left-cut-off = 그곳까지 통행할 수 있는 길이 없습니다.
left-through-danger = 모든 길이 위험 구역({ $hazards })을 지납니다. 들어가지 말고 119에 전화해 위치를 알리세요.
left-too-many = 한 번에 태울 수 있는 인원보다 많습니다. 여러 번으로 나누세요.
left-no-site = 이 지역 목록에 지금 사용할 수 있는 대피 장소가 없습니다.
left-no-way-on = 그곳에서 계속 갈 수 있는 안전한 길이 없습니다.
left-too-late = 이대로 돌면 늦습니다. 도중에 위험해질 수 있습니다. 119에 전화해 위치를 알리세요.
