"""One module per feed format: bytes in, events or reasoned rejections out; no I/O, no clock."""
