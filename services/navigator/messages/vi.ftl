### Các câu chỉ đường. Khóa và tham số giống nhau trong mọi ngôn ngữ.

depart = Đi theo { $street }
straight = Đi thẳng theo { $street }
turn-left = Rẽ trái vào { $street }
turn-right = Rẽ phải vào { $street }
turn-back = Quay lại theo { $street }
bridge = Qua cầu ({ $street })
tunnel = Đi qua hầm ({ $street })
steps = Đi cầu thang ({ $street })
arrive = Đến nơi: { $name }
street-unnamed = con đường

why-suits = Đây là nơi lánh nạn gần nhất khi đi bộ, dùng được khi có: { $hazards }.
why-nearest = Hiện không có cảnh báo thiên tai ở đây. Đây là nơi lánh nạn gần nhất khi đi bộ.
why-suits-car = Đây là nơi lánh nạn đến được nhanh nhất bằng ô tô, dùng được khi có: { $hazards }.
why-nearest-car = Hiện không có cảnh báo thiên tai ở đây. Đây là nơi lánh nạn đến được nhanh nhất bằng ô tô.
why-in-time = Nơi lánh nạn gần nhất mà bạn còn kịp đến trước khi nguy hiểm tới. Dùng được khi có: { $hazards }.
why-room = Một trong những nơi gần nhất còn chỗ. Dùng được khi có: { $hazards }.
why-room-nearest = Một trong những nơi gần nhất còn chỗ. Hiện không có cảnh báo thiên tai ở đây.
second-farther = xa hơn { $minutes } phút
second-alike = xa gần như nhau
second-zone = đường đi ở trong vùng nguy hiểm lâu hơn
second-filling = gần hơn, nhưng sắp hết chỗ
second-fuller = đông hơn ({ $percent } %)
passed-unsuited = Không chọn { $name }: danh sách không ghi là dùng được khi có { $hazards }.
passed-full = Không chọn { $name }: đã hết chỗ.
passed-closed = Không chọn { $name }: đang đóng cửa.
passed-filling = Không chọn { $name }: sắp hết chỗ.
passed-late = Không chọn { $name }: không còn kịp đến trước khi nguy hiểm tới.

stay-cut-off = Không có đường an toàn từ đây đến nơi lánh nạn. Hãy lên chỗ cao hoặc tầng trên của tòa nhà vững chắc. Gọi 119 và báo vị trí của bạn.
stay-no-target = Danh sách của khu vực này không có nơi lánh nạn dùng được khi có: { $hazards }. Hãy lên chỗ cao hoặc tầng trên của tòa nhà vững chắc.
stay-no-site = Danh sách của khu vực này không có nơi lánh nạn nào dùng được. Nếu thấy nguy hiểm, hãy lên chỗ cao hoặc tầng trên của tòa nhà vững chắc.
stay-too-late = Đã quá muộn để ra ngoài: bạn có thể gặp { $hazards } trên đường. Hãy lên ngay tầng trên của tòa nhà vững chắc. Nếu không có, hãy tránh xa nước và đi lên chỗ cao.

warn-closed = Đường bạn đang đứng đã bị cấm. Hãy rời khỏi đó càng sớm càng tốt.
warn-zone = Bạn đang ở trong vùng nguy hiểm. Đường này dẫn ra ngoài vùng đó.
warn-far = Đường gần nhất cách { $metres } m về hướng { $direction }.
warn-surface = Không có thông tin về mặt đường của { $percent } % quãng đường này.
warn-unplaced = Có { $count } đoạn đường cấm không rõ vị trí.
warn-underpass = Đừng đi vào lối đi thấp trên đường ({ $street }): nước có thể đọng ở đó ({ $hazards }). Đường này đi vòng qua.
warn-leave =
    { $minutes ->
        [0] Hãy đi ngay theo đường này: muộn hơn sẽ không kịp.
       *[other] Hãy đi theo đường này trong vòng { $minutes } phút: muộn hơn sẽ không kịp.
    }
warn-unmapped = Không có bản đồ dự báo { $hazards } của khu vực này, nên không biết nguy hiểm đến đâu và khi nào. Hãy đi ngay và lên chỗ cao nhất có thể.
warn-wheels = Phần lớn quãng đường này không có thông tin về: { $what }.
warn-silent-alerts = Đã { $minutes } phút không nhận được cảnh báo từ { $sources }. Có thể đã có cảnh báo mới.
warn-silent-closures = Đã { $minutes } phút không nhận được tin cấm đường từ { $sources }. Có thể còn đường khác bị cấm.
warn-silent-shelter_reports = Đã { $minutes } phút không nhận được tin về nơi lánh nạn từ { $sources }. Có nơi có thể đã đầy hoặc đóng cửa.
warn-unheard-alerts = Chưa nhận được cảnh báo nào từ { $sources }. Có thể có cảnh báo chưa biết ở đây.
warn-unheard-closures = Chưa nhận được tin cấm đường nào từ { $sources }. Có thể còn đường khác bị cấm.
warn-unheard-shelter_reports = Chưa nhận được tin nào về nơi lánh nạn từ { $sources }. Có nơi có thể đã đầy hoặc đóng cửa.

lease-kept = { $name } đã giữ { $party } chỗ cho bạn. Hãy gia hạn trong vòng { $minutes } phút.
lease-next = Nơi gần hơn không nhận thêm người, nên { $name } giữ { $party } chỗ cho bạn. Hãy gia hạn trong vòng { $minutes } phút.
lease-moved = { $former } không nhận thêm người nữa. { $name } giữ { $party } chỗ cho bạn: hãy đến đó ngay. Gia hạn trong vòng { $minutes } phút.
lease-leave = { $name } hiện không nhận thêm người. Hãy hỏi nơi khác.
lease-arrived = Bạn đã đến { $name } ({ $party } người).
lease-full = Không nơi nào còn chỗ cho { $party } người. Hãy tiếp tục sơ tán theo hướng dẫn; chưa giữ được chỗ.
lease-capacity-unknown = Không rõ các nơi này chứa được bao nhiêu người nên không giữ chỗ được. Hãy tiếp tục theo hướng dẫn.
lease-no-way = Không có nơi nào đến được nên không giữ chỗ được. Hãy làm theo hướng dẫn.
lease-book-away = Hiện không giữ chỗ được. Hãy tiếp tục sơ tán theo hướng dẫn.

list-separator = { ", " }
hazard-flood = lũ lụt
hazard-landslide = sạt lở đất
hazard-storm_surge = nước dâng do bão
hazard-earthquake = động đất
hazard-tsunami = sóng thần
hazard-fire = hỏa hoạn lớn
hazard-inland_flood = ngập úng đô thị
hazard-volcano = hoạt động núi lửa
direction-north = bắc
direction-northeast = đông bắc
direction-east = đông
direction-southeast = đông nam
direction-south = nam
direction-southwest = tây nam
direction-west = tây
direction-northwest = tây bắc
unknown-incline = độ dốc
unknown-width = chiều rộng
unknown-kerb = bậc lề đường

goal-yours = nơi bạn đã chọn
stop-pick-up = điểm đón
why-given = Đây là đường đến { $name }.
refused-goal-in-danger = Đừng đến { $name }: ở đó đang có nguy hiểm ({ $hazards }). Hãy đến nơi lánh nạn được chỉ ở đây.
refused-goal-full = { $name } đã hết chỗ. Hãy đến nơi lánh nạn được chỉ ở đây.
refused-goal-closed = { $name } đang đóng cửa. Hãy đến nơi lánh nạn được chỉ ở đây.
refused-goal-off = Không có đường đi được trong vòng 300 m quanh { $name }. Hãy đến nơi lánh nạn được chỉ ở đây.
refused-through-danger = Đừng đi đến { $name }: mọi đường đều qua vùng nguy hiểm ({ $hazards }). Hãy đến nơi lánh nạn được chỉ ở đây.
refused-cut-off = Không có đường nào đi được đến { $name }. Hãy đến nơi lánh nạn được chỉ ở đây.
refused-too-late = Bây giờ đi đến { $name } thì không kịp: có thể gặp nguy hiểm trên đường. Hãy làm theo chỉ dẫn ở đây.
warn-goal-announced = Nơi bạn đến nằm trong vùng được báo trước là nguy hiểm ({ $hazards }). Hãy sẵn sàng rời đi sớm.
warn-goal-hazard = Nơi bạn đến đang có cảnh báo ({ $hazards }). Không rõ nơi đó có an toàn không.
warn-goal-unsuited = Danh sách không ghi là { $name } dùng được khi có { $hazards }.
warn-car = Khi có sóng thần hoặc động đất, nguyên tắc là đi bộ sơ tán. Chỉ dùng ô tô khi có người không thể đi bộ: kẹt xe thì không thể thoát ra.
warn-car-roads = Thời gian này tính khi đường vắng. Không biết được tình trạng kẹt xe và những đoạn cấm đường chưa được báo.
warn-car-stay = Câu trả lời này chỉ dành cho ô tô. Có thể có đường đi bộ: hãy hỏi lại cho người đi bộ.
why-tour = Theo thứ tự này, mọi người được đưa đến nơi an toàn bằng đường ngắn nhất.
why-tour-part = Theo thứ tự này, nhiều người nhất được đưa đến nơi an toàn. Có người bạn không đón được: hãy gọi 119 cho họ.
why-no-tour = Không thể đón ai một cách an toàn. Hãy gọi 119 cho họ và tự đi lánh nạn.
left-in-danger = Ở đó đang có nguy hiểm ({ $hazards }). Đừng đi vào; gọi 119 và báo vị trí.
left-off = Không có đường đi được trong vòng 300 m.
left-cut-off = Không có đường nào đi được đến đó.
left-through-danger = Mọi đường đến đó đều qua vùng nguy hiểm ({ $hazards }). Đừng đi vào; gọi 119 và báo vị trí.
left-too-many = Đông hơn số người chở được một lần. Hãy chia thành nhiều lượt.
left-no-site = Danh sách của khu vực này không có nơi lánh nạn nào dùng được lúc này.
left-no-way-on = Từ đó không có đường an toàn đi tiếp.
left-too-late = Chuyến đi này không còn kịp: có thể gặp nguy hiểm trên đường. Gọi 119 và báo vị trí.
