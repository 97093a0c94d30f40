"""The report's style sheet. Every text colour has at least 4.5:1 on its ground (WCAG 2.2 AA); on paper each situation is a page."""

STYLE = """
:root{--ink:#16202a;--soft:#46525e;--line:#c3cad1;--ground:#fff;--tint:#eef2f5;--blue:#d5e6f4}
*{box-sizing:border-box}
body{margin:0;color:var(--ink);background:#e6eaee;font:15px/1.6 "Noto Sans JP","Hiragino Sans","Yu Gothic",Meiryo,system-ui,sans-serif}
.page{max-width:1080px;margin:0 auto;padding:1px 32px 48px;background:var(--ground)}
.switch{max-width:1080px;margin:0 auto;padding:8px 32px;border:0;background:var(--ground);text-align:right}
.switch legend{float:left;color:var(--soft);font-size:13px}
.switch label{margin-left:12px;padding:6px 10px;border:1px solid var(--line);border-radius:6px;cursor:pointer}
.switch label:has(:checked){background:var(--ink);color:#fff}
.switch input:focus-visible{outline:3px solid #2166ac;outline-offset:2px}
.en{display:none}
body:has(#to-en:checked) .en{display:inline}
body:has(#to-en:checked) .ja{display:none}
.mark{margin:-1px -32px 0;padding:10px 32px;background:#7a1020;color:#fff;font-weight:700}
h1{margin:20px 0 0;font-size:28px;line-height:1.3}
.area{margin:4px 0 0;font-size:20px}
.made,.sub,.note,figcaption,small{color:var(--soft)}
.made,.sub,.note{margin:2px 0}
small{display:block;font-weight:400;font-size:11px}
h2{margin:36px 0 8px;padding-bottom:4px;border-bottom:3px solid var(--ink);font-size:21px}
h3{margin:20px 0 4px;font-size:16px}
.summary ul{margin:0;padding:0;list-style:none}
.summary li{margin:8px 0;padding:10px 14px;border-left:5px solid #2166ac;background:var(--tint);font-size:16px}
.side{display:flex;flex-wrap:wrap;gap:8px 28px;align-items:flex-start}
.side table{flex:1 1 440px}
.side .matrix{flex-basis:100%}
table{width:100%;border-collapse:collapse;font-size:13.5px;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);font-size:13px}
th,td{padding:4px 8px;border-bottom:1px solid var(--line);text-align:right;vertical-align:baseline}
td{white-space:nowrap}
td.text{white-space:normal}
thead th{border-bottom:2px solid var(--ink);font-size:12.5px;line-height:1.35;vertical-align:bottom;word-break:keep-all}
th[scope=row],thead th:first-child,.numbered thead th:nth-child(2),td.text{text-align:left}
th[scope=row]{font-weight:500;overflow-wrap:anywhere}
.matrix .heat{background:linear-gradient(to right,var(--blue) var(--share),transparent var(--share))}
.no{width:2.6em;text-align:center;font-weight:700;background:#ffd92f}
.short{color:#a50f15}
figure{display:flex;flex-wrap:wrap;gap:12px 20px;margin:8px 0}
figcaption{flex:1 1 220px}
.map{display:block;flex:1 1 560px;width:100%;max-width:760px;max-height:160mm;border:1px solid var(--line)}
.shared{position:absolute}
.map text,.scale text{font:600 12px "Noto Sans JP",system-ui,sans-serif;fill:#111}
.map .label{font-size:13px;paint-order:stroke;stroke:#fff;stroke-width:3.5px;stroke-linejoin:round}
.map .number{font-size:11px}
.legend{display:grid;gap:2px 16px;margin:6px 0 0;padding:0;list-style:none;color:var(--ink);font-size:13px}
.legend svg{margin-right:5px;vertical-align:-3px}
.bar{display:block;margin-left:auto}
@media (max-width:640px){.page,.switch{padding-left:14px;padding-right:14px}.mark{margin:0 -14px}section{overflow-x:auto}}
@media print{
@page{size:A4;margin:12mm}
body{background:#fff;font-size:9.5pt;line-height:1.45;-webkit-print-color-adjust:exact;print-color-adjust:exact}
.switch{display:none}
.page{max-width:none;padding:0}
.mark{margin:0;padding:6px 10px}
h1{font-size:20pt}
h2{margin-top:14px;font-size:14pt}
h3{margin-top:8px;font-size:11pt}
.situation{break-before:page}
.situation h2{margin-top:0}
figure{flex-wrap:nowrap;margin:4px 0}
figcaption{flex:0 0 190px;font-size:8.5pt}
.map{flex:1 1 0;min-width:0;max-height:100mm}
.legend{font-size:8.5pt}
table{font-size:8.5pt}
th,td{padding:1px 5px}
thead th{font-size:8pt}
.side{flex-wrap:nowrap;gap:10px}
.side table{flex:1 1 0}
.side:has(.matrix){flex-wrap:wrap}
.bar{width:44px}
.side th,.side td{padding:1px 3px}
h2,h3{break-after:avoid}
table,figure,tr,.summary li{break-inside:avoid}
.summary li{padding:4px 10px;font-size:10.5pt}
}
"""
