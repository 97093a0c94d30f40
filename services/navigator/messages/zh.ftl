### 导航语句。键与参数在各语言中相同。

depart = 沿{ $street }前行
straight = 沿{ $street }直行
turn-left = 左转，沿{ $street }前行
turn-right = 右转，沿{ $street }前行
turn-back = 掉头，沿{ $street }前行
bridge = 过桥（{ $street }）
tunnel = 通过隧道或地下通道（{ $street }）
steps = 走楼梯（{ $street }）
arrive = 到达：{ $name }
street-unnamed = 道路

why-suits = 这是发生{ $hazards }时可使用的、步行最近的避难场所。
why-nearest = 目前此处没有灾害警报。这是步行最近的避难场所。
why-suits-car = 这是发生{ $hazards }时可使用的、开车最快到达的避难场所。
why-nearest-car = 目前此处没有灾害警报。这是开车最快到达的避难场所。
why-in-time = 这是在危险到来之前您仍能赶到的最近避难场所，可用于{ $hazards }。
why-room = 这是附近仍有空位的避难场所之一，可用于{ $hazards }。
why-room-nearest = 这是附近仍有空位的避难场所之一。目前此处没有灾害警报。
second-farther = 远{ $minutes }分钟
second-alike = 距离相近
second-zone = 途中在危险区域内的路段更长
second-filling = 更近，但所剩空位不多
second-fuller = 人更多（{ $percent }%）
passed-unsuited = 未选择{ $name }：名单上没有说明发生{ $hazards }时可以使用。
passed-full = 未选择{ $name }：已满员。
passed-closed = 未选择{ $name }：已关闭。
passed-filling = 未选择{ $name }：所剩空位不多。
passed-late = 未选择{ $name }：危险到来之前已无法赶到。

stay-cut-off = 从您所在的位置没有安全的道路通往避难场所。请到高处或坚固建筑物的高层。请拨打119并说明您的位置。
stay-no-target = 本地区名单中没有发生{ $hazards }时可使用的避难场所。请到高处或坚固建筑物的高层。
stay-no-site = 本地区名单中没有可使用的避难场所。如感到危险，请到高处或坚固建筑物的高层。
stay-too-late = 现在离开已来不及，途中可能遭遇{ $hazards }。请立即前往坚固建筑物的高层。如没有，请远离水边，往高处走。

warn-closed = 您所在的道路已封闭，请尽快离开。
warn-zone = 您正处于危险区域内，此路线通向区域外。
warn-far = 最近的道路在{ $direction }方向{ $metres }米处。
warn-surface = 此路线有{ $percent }%没有路面信息。
warn-unplaced = 有{ $count }处封路的位置不明。
warn-underpass = 请勿进入途中的低洼通道（{ $street }）：可能因{ $hazards }积水。此路线已绕开。
warn-leave =
    { $minutes ->
        [0] 请立即沿此路线出发，再晚就来不及了。
       *[other] 请在{ $minutes }分钟内沿此路线出发，再晚就来不及了。
    }
warn-unmapped = 没有本地区的{ $hazards }预想图，无法知道危险何时到达、到达何处。请立即出发，尽量往高处走。
warn-wheels = 此路线大部分没有以下信息：{ $what }。
warn-silent-alerts = 已有{ $minutes }分钟未收到{ $sources }的警报信息，可能已有新的警报。
warn-silent-closures = 已有{ $minutes }分钟未收到{ $sources }的封路信息，可能还有其他道路无法通行。
warn-silent-shelter_reports = 已有{ $minutes }分钟未收到{ $sources }的避难所开放信息，可能有避难所已满或关闭。
warn-unheard-alerts = 尚未收到{ $sources }的警报信息，可能有未知的警报。
warn-unheard-closures = 尚未收到{ $sources }的封路信息，可能还有其他道路无法通行。
warn-unheard-shelter_reports = 尚未收到{ $sources }的避难所开放信息，可能有避难所已满或关闭。

lease-kept = 已在{ $name }为您保留{ $party }个位置。请在{ $minutes }分钟内续期。
lease-next = 较近的避难场所无法接收，已在{ $name }为您保留{ $party }个位置。请在{ $minutes }分钟内续期。
lease-moved = { $former }已不再接收避难者。已在{ $name }为您保留{ $party }个位置，请前往该处，并在{ $minutes }分钟内续期。
lease-leave = { $name }目前不再接收避难者。请查询其他避难场所。
lease-arrived = 您已到达{ $name }（{ $party }人）。
lease-full = 候选避难场所没有{ $party }人的空位。未能保留位置，请按指示继续避难。
lease-capacity-unknown = 候选避难场所的容纳人数不明，无法保留位置。请按指示继续避难。
lease-no-way = 没有可到达的避难场所，无法保留位置。请按指示行动。
lease-book-away = 目前无法保留位置。请按指示继续避难。

list-separator = 、
hazard-flood = 洪水
hazard-landslide = 泥石流、滑坡
hazard-storm_surge = 风暴潮
hazard-earthquake = 地震
hazard-tsunami = 海啸
hazard-fire = 大规模火灾
hazard-inland_flood = 城市内涝
hazard-volcano = 火山活动
direction-north = 北
direction-northeast = 东北
direction-east = 东
direction-southeast = 东南
direction-south = 南
direction-southwest = 西南
direction-west = 西
direction-northwest = 西北
unknown-incline = 坡度
unknown-width = 宽度
unknown-kerb = 路缘高差

goal-yours = 您指定的地点
stop-pick-up = 接人地点
why-given = 这是前往{ $name }的路线。
refused-goal-in-danger = 请勿前往{ $name }：该处有{ $hazards }危险。请改去此处所示的避难场所。
refused-goal-full = { $name }已满员。请改去此处所示的避难场所。
refused-goal-closed = { $name }已关闭。请改去此处所示的避难场所。
refused-goal-off = { $name }周围300米内没有可通行的道路。请改去此处所示的避难场所。
refused-through-danger = 请勿前往{ $name }：所有道路都要经过危险区域（{ $hazards }）。请改去此处所示的避难场所。
refused-cut-off = 没有可通行的道路前往{ $name }。请改去此处所示的避难场所。
refused-too-late = 现在出发前往{ $name }已来不及，途中可能遇险。请按此处所示行动。
warn-goal-announced = 目的地位于预计有{ $hazards }危险的区域内，请做好及早离开的准备。
warn-goal-hazard = 目的地有{ $hazards }警报，该处是否安全不明。
warn-goal-unsuited = 名单上没有说明发生{ $hazards }时可以使用{ $name }。
warn-car = 发生海啸或地震时，原则上请步行避难。只有在有人无法步行时才用车：一旦堵车就无法逃离。
warn-car-roads = 所示时间为道路畅通时的时间。拥堵以及未通报的封路情况不明。
warn-car-stay = 这只是开车的情况。也许有步行可走的路，请改为步行再查询。
why-tour = 按此顺序，可用最短的路程把所有人送到安全的地方。
why-tour-part = 按此顺序，可把尽可能多的人送到安全的地方。有人无法由您去接，请为他们拨打119。
why-no-tour = 没有可以安全接到的人。请为他们拨打119，并先保证您自己的安全。
left-in-danger = 该处有{ $hazards }危险。请勿进入，请拨打119并说明位置。
left-off = 周围300米内没有可通行的道路。
left-cut-off = 没有可通行的道路前往该处。
left-through-danger = 所有道路都要经过危险区域（{ $hazards }）。请勿进入，请拨打119并说明位置。
left-too-many = 人数超过一次可搭载的人数，请分成几次。
left-no-site = 本地区名单中没有目前可使用的避难场所。
left-no-way-on = 从该处没有安全的道路继续前行。
left-too-late = 按此路线已来不及，途中可能遇险。请拨打119并说明位置。
