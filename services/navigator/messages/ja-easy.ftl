### やさしい日本語：短い文、むずかしい漢字にはふりがな、外来語と敬語を減らす。

depart = { $street }を 歩（ある）いて ください
straight = { $street }を まっすぐ 歩（ある）いて ください
turn-left = 左（ひだり）に 曲（ま）がって、{ $street }を 歩（ある）いて ください
turn-right = 右（みぎ）に 曲（ま）がって、{ $street }を 歩（ある）いて ください
turn-back = もどって、{ $street }を 歩（ある）いて ください
bridge = 橋（はし）（{ $street }）を わたって ください
tunnel = トンネル（{ $street }）を 通（とお）って ください
steps = 階段（かいだん）（{ $street }）を 通（とお）って ください
arrive = 着（つ）きました：{ $name }
street-unnamed = 道（みち）

why-suits = { $hazards }のときに 使（つか）えます。歩（ある）いて いちばん 近（ちか）い 逃（に）げる 場所（ばしょ）です。
why-nearest = いま 災害（さいがい）の お知（し）らせは ありません。歩（ある）いて いちばん 近（ちか）い 逃（に）げる 場所（ばしょ）です。
why-in-time = あぶなく なる 前（まえ）に まだ 行（い）ける、いちばん 近（ちか）い 逃（に）げる 場所（ばしょ）です。{ $hazards }のときに 使（つか）えます。
why-room = まだ 入（はい）れる、近（ちか）い 場所（ばしょ）です。{ $hazards }のときに 使（つか）えます。
why-room-nearest = まだ 入（はい）れる、近（ちか）い 場所（ばしょ）です。いま 災害（さいがい）の お知（し）らせは ありません。
second-farther = { $minutes }分（ふん） 遠（とお）いです
second-alike = だいたい 同（おな）じ 遠（とお）さです
second-zone = あぶない ところを 長（なが）く 通（とお）ります
second-filling = もっと 近（ちか）いですが、もうすぐ いっぱいです
second-fuller = 人（ひと）が 多（おお）いです（{ $percent }%）
passed-unsuited = { $name }は、{ $hazards }のときに 使（つか）えると 書（か）いて ありません。だから えらびません。
passed-full = { $name }は 人（ひと）が いっぱいです。だから えらびません。
passed-closed = { $name }は 閉（し）まって います。だから えらびません。
passed-filling = { $name }は もうすぐ いっぱいです。だから えらびません。
passed-late = { $name }は まにあいません。だから えらびません。

stay-cut-off = ここから 安全（あんぜん）な 道（みち）が ありません。高（たか）い ところ、強（つよ）い 建物（たてもの）の 上（うえ）に 行（い）って ください。119に 電話（でんわ）して、場所（ばしょ）を 言（い）って ください。
stay-no-target = { $hazards }のときに 使（つか）える 場所（ばしょ）が ありません。高（たか）い ところ、強（つよ）い 建物（たてもの）の 上（うえ）に 行（い）って ください。
stay-no-site = 使（つか）える 場所（ばしょ）が ありません。あぶないと 思（おも）ったら、高（たか）い ところ、強（つよ）い 建物（たてもの）の 上（うえ）に 行（い）って ください。
stay-too-late = 歩（ある）いて 逃（に）げても、{ $hazards }に まにあいません。すぐ 強（つよ）い 建物（たてもの）の 上（うえ）に 行（い）って ください。建物（たてもの）が なければ、水（みず）から はなれて、高（たか）い ところに 行（い）って ください。

warn-closed = ここは 通（とお）れない 道（みち）です。早（はや）く はなれて ください。
warn-zone = ここは あぶない ところです。外（そと）に 出（で）ます。
warn-far = 道（みち）まで { $metres }m、{ $direction }の ほうです。
warn-surface = この 道（みち）の { $percent }%は、でこぼこか どうか わかりません。
warn-unplaced = 通（とお）れない 道（みち）が { $count } あります。場所（ばしょ）は わかりません。
warn-underpass = 低（ひく）い 道（みち）（{ $street }）に 入（はい）らないで ください。{ $hazards }の 水（みず）が たまります。
warn-leave =
    { $minutes ->
        [0] いますぐ この 道（みち）で 行（い）って ください。おそいと まにあいません。
       *[other] { $minutes }分（ふん）の うちに、この 道（みち）で 行（い）って ください。おそいと まにあいません。
    }
warn-wheels = この 道（みち）の { $what }は、わからない ところが 多（おお）いです。

lease-kept = { $name }に{ $party }人のばしょをとりました。{ $minutes }分までにもういちど知らせてください。
lease-next = 近いところは入れません。{ $name }に{ $party }人のばしょをとりました。{ $minutes }分までにもういちど知らせてください。
lease-moved = { $former }は もう 入（はい）れません。{ $name }に { $party }人の ばしょを とりました。{ $name }に 行（い）って ください。{ $minutes }分までに もういちど 知（し）らせて ください。
lease-leave = { $name }はいま入れません。ほかのところを聞いてください。
lease-arrived = { $name }につきました（{ $party }人）。
lease-full = { $party }人が入れるところがありません。ばしょはとれません。いわれた道でにげてください。
lease-capacity-unknown = 何人入れるかわかりません。ばしょはとれません。いわれた道でにげてください。
lease-no-way = 行けるところがありません。ばしょはとれません。いわれたとおりにしてください。
lease-book-away = いまはばしょをとれません。いわれた道でにげてください。

list-separator = 、
hazard-flood = 洪水（こうずい：川（かわ）の 水（みず）が あふれる）
hazard-landslide = 土砂災害（どしゃさいがい：山（やま）が くずれる）
hazard-storm_surge = 高潮（たかしお：海（うみ）が 高（たか）く なる）
hazard-earthquake = 地震（じしん）
hazard-tsunami = 津波（つなみ：海（うみ）の 大（おお）きな 波（なみ））
hazard-fire = 大（おお）きな 火事（かじ）
hazard-inland_flood = 内水氾濫（ないすいはんらん：町（まち）に 水（みず）が たまる）
hazard-volcano = 火山（かざん）
direction-north = 北（きた）
direction-northeast = 北東（ほくとう）
direction-east = 東（ひがし）
direction-southeast = 南東（なんとう）
direction-south = 南（みなみ）
direction-southwest = 南西（なんせい）
direction-west = 西（にし）
direction-northwest = 北西（ほくせい）
unknown-incline = 坂（さか）
unknown-width = 広（ひろ）さ
unknown-kerb = 段（だん）

goal-yours = あなたが 言（い）った 場所（ばしょ）
stop-pick-up = むかえに 行（い）く 場所（ばしょ）
why-given = { $name }への 道（みち）です。
refused-goal-in-danger = { $name }に 行（い）かないで ください。そこは あぶないです（{ $hazards }）。ここに 書（か）いて ある ところに 行（い）って ください。
refused-goal-full = { $name }は 人（ひと）が いっぱいです。ここに 書（か）いて ある ところに 行（い）って ください。
refused-goal-closed = { $name }は 閉（し）まって います。ここに 書（か）いて ある ところに 行（い）って ください。
refused-goal-off = { $name }の 近（ちか）くに 通（とお）れる 道（みち）が ありません。ここに 書（か）いて ある ところに 行（い）って ください。
refused-through-danger = { $name }に 行（い）かないで ください。道（みち）は みんな あぶないです（{ $hazards }）。ここに 書（か）いて ある ところに 行（い）って ください。
refused-cut-off = { $name }に 行（い）ける 道（みち）が ありません。ここに 書（か）いて ある ところに 行（い）って ください。
refused-too-late = { $name }に 行（い）くのは、もう まにあいません。ここに 書（か）いて ある とおりに して ください。
warn-goal-announced = 行（い）く ところは、あぶなく なるかも しれません（{ $hazards }）。早（はや）く 出（で）られる ように して ください。
warn-goal-hazard = 行（い）く ところに 注意（ちゅうい）の お知（し）らせが 出（で）て います（{ $hazards }）。安全（あんぜん）か どうか わかりません。
warn-goal-unsuited = { $name }は、{ $hazards }のときに 使（つか）えると 書（か）いて ありません。
warn-car = 津波や 地震の ときは、歩いて 逃げて ください。車は、歩けない 人が いる ときだけ 使って ください。車が 多いと、動けなく なります。
warn-car-roads = 時間は、道が すいて いる ときの 時間です。道が こんで いるか、通れるかは、わかりません。
why-tour = この 順番（じゅんばん）で 行（い）くと、みんなが いちばん 早（はや）く 安全（あんぜん）な ところに 行（い）けます。
why-tour-part = この 順番（じゅんばん）で 行（い）って ください。むかえに 行（い）けない 人（ひと）が います。119に 電話（でんわ）して ください。
why-no-tour = むかえに 行（い）ける 人（ひと）が いません。119に 電話（でんわ）して ください。あなたは 逃（に）げて ください。
left-in-danger = そこは あぶないです（{ $hazards }）。入（はい）らないで、119に 電話（でんわ）して、場所（ばしょ）を 言（い）って ください。
left-off = 近（ちか）くに 通（とお）れる 道（みち）が ありません。
left-cut-off = そこに 行（い）ける 道（みち）が ありません。
left-through-danger = 道（みち）は みんな あぶないです（{ $hazards }）。入（はい）らないで、119に 電話（でんわ）して、場所（ばしょ）を 言（い）って ください。
left-too-many = 人（ひと）が 多（おお）くて、いちどに のれません。分（わ）けて ください。
left-no-site = いま 使（つか）える 逃（に）げる 場所（ばしょ）が ありません。
left-no-way-on = そこから 安全（あんぜん）な 道（みち）が ありません。
left-too-late = もう まにあいません。119に 電話（でんわ）して、場所（ばしょ）を 言（い）って ください。
