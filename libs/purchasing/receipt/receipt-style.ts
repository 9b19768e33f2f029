/** Black on white for printing; one column that a narrow phone shows without scrolling sideways. */
export const RECEIPT_STYLE = `
:root{color-scheme:light}
*{box-sizing:border-box;margin:0}
body{background:#eef1f4;color:#1b2530;font:16px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif;padding:16px 12px}
main{background:#fff;border-radius:14px;box-shadow:0 1px 4px #1b25301f;margin:0 auto;max-width:26rem;overflow-wrap:anywhere;padding:22px 20px}
header p{color:#55626f}
header .kind{color:#0b7a55;font-size:.8rem;font-weight:600;letter-spacing:.09em;text-transform:uppercase}
h1{font-size:1.35rem;line-height:1.25;margin:.15rem 0;text-wrap:balance}
h2{color:#55626f;font-size:.8rem;font-weight:600;letter-spacing:.05em;margin-bottom:.35rem;text-transform:uppercase}
.total{align-items:baseline;background:#e6f5ee;border-radius:10px;display:flex;flex-wrap:wrap;gap:0 1rem;justify-content:space-between;margin:18px 0;padding:12px 14px}
.total strong{font-size:1.6rem;font-variant-numeric:tabular-nums;white-space:nowrap}
section{border-top:1px solid #dfe4e9;padding:14px 0}
table{border-collapse:collapse;width:100%}
th{font-weight:400;padding:.28rem .6rem .28rem 0;text-align:left;vertical-align:top}
td{font-variant-numeric:tabular-nums;padding:.28rem 0 .28rem .5rem;text-align:right;vertical-align:top;white-space:nowrap}
thead th{color:#55626f;font-size:.85rem;padding-top:0}
thead th+th{padding-right:0;text-align:right}
tfoot th,tfoot td{border-top:1px solid #1b2530;font-weight:600}
small{color:#55626f;display:block;font-size:.85rem}
.note,footer,dl,li,section>p{color:#55626f;font-size:.85rem}
.note{margin-top:.4rem}
ul{padding-left:1.1rem}
dl{display:grid;gap:.15rem .8rem;grid-template-columns:auto 1fr}
dd{color:#1b2530;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.8rem;text-align:right}
footer{border-top:1px solid #dfe4e9;padding-top:14px}
@media (max-width:400px){td{padding-left:.35rem}thead th,th{padding-right:.35rem}}
@media print{body{background:#fff;padding:0}main{box-shadow:none}}
`;
