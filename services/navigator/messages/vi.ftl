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
second-farther = xa hơn { $minutes } phút
second-alike = xa gần như nhau
second-zone = đường đi ở trong vùng nguy hiểm lâu hơn
second-fuller = đông hơn ({ $percent } %)
passed-unsuited = Không chọn { $name }: danh sách không ghi là dùng được khi có { $hazards }.
passed-full = Không chọn { $name }: đã hết chỗ.
passed-closed = Không chọn { $name }: đang đóng cửa.

stay-cut-off = Không có đường an toàn từ đây đến nơi lánh nạn. Hãy lên chỗ cao hoặc tầng trên của tòa nhà vững chắc. Gọi 119 và báo vị trí của bạn.
stay-no-target = Danh sách của khu vực này không có nơi lánh nạn dùng được khi có: { $hazards }. Hãy lên chỗ cao hoặc tầng trên của tòa nhà vững chắc.
stay-no-site = Danh sách của khu vực này không có nơi lánh nạn nào dùng được. Nếu thấy nguy hiểm, hãy lên chỗ cao hoặc tầng trên của tòa nhà vững chắc.

warn-closed = Đường bạn đang đứng đã bị cấm. Hãy rời khỏi đó càng sớm càng tốt.
warn-zone = Bạn đang ở trong vùng nguy hiểm. Đường này dẫn ra ngoài vùng đó.
warn-far = Đường gần nhất cách { $metres } m về hướng { $direction }.
warn-surface = Không có thông tin về mặt đường của { $percent } % quãng đường này.
warn-unplaced = Có { $count } đoạn đường cấm không rõ vị trí.
warn-underpass = Đừng đi vào lối đi thấp trên đường ({ $street }): nước có thể đọng ở đó ({ $hazards }). Đường này đi vòng qua.

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
