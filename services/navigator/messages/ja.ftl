### 道案内の文。鍵と引数は、どの言語でも同じ。

depart = { $street }を進む
straight = { $street }をまっすぐ進む
turn-left = 左に曲がり、{ $street }を進む
turn-right = 右に曲がり、{ $street }を進む
turn-back = 折り返し、{ $street }を進む
bridge = 橋（{ $street }）を渡る
tunnel = トンネル・地下道（{ $street }）を通る
steps = 階段（{ $street }）を通る
arrive = 到着：{ $name }
street-unnamed = 道

why-suits = { $hazards }のときに使える、歩いていちばん近い避難場所です。
why-nearest = いま発表されている災害はありません。歩いていちばん近い避難場所です。
why-suits-car = { $hazards }のときに使える避難場所のうち、車でいちばん早く着くところです。
why-nearest-car = いま発表されている災害はありません。車でいちばん早く着く避難場所です。
why-in-time = 危険が来る前に、いまからまだ間に合ういちばん近い避難場所です。{ $hazards }のときに使えます。
why-room = まだ空きのある、近い避難場所のひとつです。{ $hazards }のときに使えます。
why-room-nearest = まだ空きのある、近い避難場所のひとつです。いま発表されている災害はありません。
second-farther = { $minutes }分遠い
second-alike = ほぼ同じ遠さ
second-zone = 危険な区域の中を長く通る
second-filling = もっと近いが、残りの空きがわずか
second-fuller = 混んでいる（{ $percent }%）
passed-unsuited = { $name }は、{ $hazards }のときに使えると一覧にないため、選んでいません。
passed-full = { $name }は満員のため、選んでいません。
passed-closed = { $name }は閉まっているため、選んでいません。
passed-filling = { $name }は残りの空きがわずかなため、選んでいません。
passed-late = { $name }には、危険が来る前に着けないため、選んでいません。

stay-cut-off = いまいる場所から、安全に行ける避難場所への道がありません。高いところ、丈夫な建物の上の階へ。119番に場所を伝えてください。
stay-no-target = いまの災害（{ $hazards }）で使える避難場所が、この地域の一覧にありません。高いところ、丈夫な建物の上の階へ。
stay-no-site = この地域の一覧に、使える避難場所がありません。危険を感じたら、高いところ、丈夫な建物の上の階へ。
stay-too-late = いまから逃げるのは間に合わず、途中で{ $hazards }にあうおそれがあります。すぐに丈夫な建物の上の階へ。なければ、水から離れて高いほうへ。

warn-closed = いまいる道は通行止めです。できるだけ早く離れてください。
warn-zone = いまいる場所は、危険な区域の中です。区域の外へ向かいます。
warn-far = 道まで{ $metres }m、{ $direction }の方向です。
warn-surface = この道の{ $percent }%は、路面の情報がありません。
warn-unplaced = 場所の分からない通行止めが{ $count }件あります。
warn-underpass = 途中の低い道（{ $street }）に入らないでください。{ $hazards }で水がたまるおそれがあり、避けて案内しています。
warn-leave =
    { $minutes ->
        [0] いますぐ、この道で出発してください。過ぎると、この道は間に合いません。
       *[other] あと{ $minutes }分以内に、この道で出発してください。過ぎると、この道は間に合いません。
    }
warn-unmapped = { $hazards }がいつどこまで来るかは、この地域の想定図がないため分かりません。いますぐ出発し、できるだけ高いところへ向かってください。
warn-wheels = この道の大部分で、{ $what }の情報がありません。
warn-silent-alerts = { $sources }からの警報の情報が{ $minutes }分間届いていません。新しい警報が出ているおそれがあります。
warn-silent-closures = { $sources }からの通行止めの情報が{ $minutes }分間届いていません。通れない道があるおそれがあります。
warn-silent-shelter_reports = { $sources }からの避難所の開設情報が{ $minutes }分間届いていません。満員や閉鎖のおそれがあります。
warn-unheard-alerts = { $sources }からの警報の情報が、まだ一度も届いていません。新しい警報が出ているおそれがあります。
warn-unheard-closures = { $sources }からの通行止めの情報が、まだ一度も届いていません。通れない道があるおそれがあります。
warn-unheard-shelter_reports = { $sources }からの避難所の開設情報が、まだ一度も届いていません。満員や閉鎖のおそれがあります。

lease-kept = { $name }に{ $party }人分の場所を確保しました。{ $minutes }分以内に延長してください。
lease-next = 近くの避難場所は受け入れできないため、{ $name }に{ $party }人分の場所を確保しました。{ $minutes }分以内に延長してください。
lease-moved = { $former }は受け入れできなくなりました。{ $name }に{ $party }人分の場所を確保しました。そちらへ向かい、{ $minutes }分以内に延長してください。
lease-leave = { $name }は、いま受け入れていません。別の避難場所を確認してください。
lease-arrived = { $name }に到着済みです（{ $party }人）。
lease-full = 候補の避難場所に{ $party }人分の空きがありません。場所の確保なしで、案内どおりに避難を続けてください。
lease-capacity-unknown = 候補の避難場所の収容人数が分からないため、場所の確保はできません。案内どおりに避難を続けてください。
lease-no-way = 行ける避難場所がないため、場所の確保はできません。案内に従ってください。
lease-book-away = いまは場所の確保ができません。案内どおりに避難を続けてください。

list-separator = ・
hazard-flood = 洪水
hazard-landslide = 土砂災害
hazard-storm_surge = 高潮
hazard-earthquake = 地震
hazard-tsunami = 津波
hazard-fire = 大規模な火事
hazard-inland_flood = 内水氾濫
hazard-volcano = 火山現象
direction-north = 北
direction-northeast = 北東
direction-east = 東
direction-southeast = 南東
direction-south = 南
direction-southwest = 南西
direction-west = 西
direction-northwest = 北西
unknown-incline = 勾配
unknown-width = 幅
unknown-kerb = 段差

goal-yours = 指定された場所
stop-pick-up = 迎えに行く場所
why-given = { $name }への道です。
refused-goal-in-danger = { $name }には行かないでください。そこには{ $hazards }の危険が出ています。代わりに、ここに示す避難場所へ。
refused-goal-full = { $name }は満員です。代わりに、ここに示す避難場所へ。
refused-goal-closed = { $name }は閉まっています。代わりに、ここに示す避難場所へ。
refused-goal-off = { $name }から300m以内に、通れる道がありません。代わりに、ここに示す避難場所へ。
refused-through-danger = { $name }には向かわないでください。どの道も危険な区域（{ $hazards }）を通ります。代わりに、ここに示す避難場所へ。
refused-cut-off = { $name }へ通れる道がありません。代わりに、ここに示す避難場所へ。
refused-too-late = いまから{ $name }に向かうのは間に合わず、途中で危険にあうおそれがあります。代わりに、ここに示すとおりにしてください。
warn-goal-announced = 行き先は、{ $hazards }の危険が予想される区域の中です。早めに離れられるようにしてください。
warn-goal-hazard = 行き先には、{ $hazards }の警報などが出ています。そこが安全かどうかは分かりません。
warn-goal-unsuited = { $name }は、{ $hazards }のときに使えると一覧にありません。
warn-car = 津波や地震のときは、歩いて逃げるのが原則です。車は、歩いて避難できない人がいるときだけ使ってください。渋滞すると逃げられません。
warn-car-roads = 時間は、道がすいているときのものです。渋滞や、知らされていない通行止めは分かりません。
warn-car-stay = これは車の場合です。歩いて行ける道があるかもしれません。徒歩で調べ直してください。
why-tour = この順番で、全員をいちばん短い道のりで安全な場所へ送れます。
why-tour-part = この順番で、できるだけ多くの人を安全な場所へ送れます。迎えに行けない人がいます。その人のことは119番に知らせてください。
why-no-tour = 安全に迎えに行ける人がいません。119番に知らせて、まずご自身が避難してください。
left-in-danger = そこには{ $hazards }の危険が出ています。入らないで、119番に場所を伝えてください。
left-off = 300m以内に、通れる道がありません。
left-cut-off = そこへ通れる道がありません。
left-through-danger = どの道も危険な区域（{ $hazards }）を通ります。入らないで、119番に場所を伝えてください。
left-too-many = 一度に乗せられる人数を超えています。何回かに分けてください。
left-no-site = いまの状況で使える避難場所が、この地域の一覧にありません。
left-no-way-on = そこから先へ、安全に行ける道がありません。
left-too-late = この順番で回るのは間に合わず、途中で危険にあうおそれがあります。119番に場所を伝えてください。
