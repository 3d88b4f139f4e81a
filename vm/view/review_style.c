/* How the HTML review looks: both colour schemes, paper, and screens from a telephone to a wall. */
#include "vm/view/review.h"

static const char screen[] =
    ":root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--paper:#fff;--pane:#f4f6f8;--line:#d0d7de;"
    "--red:#a40e26;--redbg:#ffebe9;--green:#0a5c26;--greenbg:#dafbe1;--amber:#7a4100;--amberbg:#fff4d6;--blue:#0550ae}\n"
    "@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#a3adb8;--paper:#0d1117;--pane:#161b22;"
    "--line:#3d444d;--red:#ff9492;--redbg:#4b1113;--green:#6fdd8b;--greenbg:#0f3b1e;--amber:#f0c05a;--amberbg:#3d2c00;"
    "--blue:#79c0ff}.picture svg{filter:invert(1) hue-rotate(180deg)}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;color:var(--ink);background:var(--paper);font:16px/1.55 system-ui,-apple-system,\"Segoe UI\",sans-serif}\n"
    "header,main,footer{max-width:76rem;margin:0 auto;padding:0 1rem}\n"
    "header{padding-top:1.5rem}\n"
    "h1{font-size:1.7rem;line-height:1.2;margin:0 0 .6rem;overflow-wrap:anywhere}\n"
    "h2{font-size:1.2rem;margin:2.4rem 0 .7rem;padding-bottom:.25rem;border-bottom:1px solid var(--line)}\n"
    "h3{font-size:1rem;margin:1.2rem 0 .4rem}h4{font-size:.9rem;margin:.9rem 0 .3rem;color:var(--soft)}\n"
    "p{margin:.5rem 0}a{color:var(--blue)}\n"
    "nav ul{display:flex;flex-wrap:wrap;gap:.1rem 1rem;list-style:none;margin:.9rem 0 0;padding:0}\n"
    "nav a{display:inline-block;padding:.2rem 0}\n"
    "code,pre,.mono{font:.86rem/1.5 ui-monospace,\"SF Mono\",Menlo,Consolas,\"DejaVu Sans Mono\",monospace}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:0}\n"
    "dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}\n"
    ".badge{display:inline-block;border-radius:1rem;padding:.1rem .75rem;font-weight:600;font-size:.9rem;"
    "white-space:nowrap}h1 .badge{white-space:normal}#conditions tbody th{font-weight:400;min-width:14rem}\n"
    ".yes{color:var(--green);background:var(--greenbg)}.no{color:var(--red);background:var(--redbg)}\n"
    ".wait{color:var(--amber);background:var(--amberbg)}\n"
    ".scroll{overflow-x:auto}\n";

static const char parts[] =
    "table{border-collapse:collapse;width:100%;font-size:.94rem}table+dl{margin-top:.7rem}\n"
    "th,td{text-align:left;vertical-align:top;padding:.4rem .7rem .4rem 0;border-bottom:1px solid var(--line)}\n"
    "thead th{color:var(--soft);font-weight:600;white-space:nowrap}tbody th{font-weight:600}\n"
    "td.num,th.num{text-align:right;font-variant-numeric:tabular-nums}\n"
    "article table tbody th{width:11rem;font-weight:400;color:var(--soft)}article table th,article table td{padding-top:.15rem;padding-bottom:.15rem;border:0}td{overflow-wrap:anywhere}\n"
    ".label{color:var(--amber);background:var(--amberbg);border-radius:.3rem;padding:0 .35rem;white-space:nowrap;"
    "font-size:.88rem}\n"
    ".none{color:var(--soft)}\n"
    ".hidden{color:var(--red);background:var(--redbg);border:1px solid;border-radius:.2rem;padding:0 .2rem;font-size:.8em}\n"
    "pre{background:var(--pane);border:1px solid var(--line);border-radius:.4rem;padding:.7rem .9rem;margin:.3rem 0 .8rem;"
    "overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}\n"
    "ul.reasons{margin:.2rem 0 0;padding-left:1.1rem}.reasons li{margin:.1rem 0}\n"
    "ul.changes{list-style:none;margin:0;padding:0}.changes>li{border-left:.25rem solid var(--line);padding:.15rem 0 .15rem .8rem;"
    "margin:.35rem 0;overflow-wrap:anywhere}\n"
    ".changes b{font-size:.78rem;text-transform:uppercase;letter-spacing:.03em;margin-right:.3rem}\n"
    ".changes .more{border-color:var(--green)}.more>b{color:var(--green)}.changes .less{border-color:var(--red)}"
    ".less>b{color:var(--red)}.changes .other{border-color:var(--amber)}.other>b{color:var(--amber)}\n"
    "del{color:var(--red);background:var(--redbg)}ins{color:var(--green);background:var(--greenbg)}\n"
    "figure{margin:0}figcaption{color:var(--soft);font-size:.88rem;margin-top:.3rem}\n"
    ".picture{border:1px solid var(--line);border-radius:.4rem;padding:.6rem;text-align:center}\n"
    ".picture svg{display:inline-block;vertical-align:top;max-width:none}.picture .graph>polygon:first-of-type{fill:none}\n"
    "details{margin:.6rem 0}summary{cursor:pointer}li.drops>b{color:var(--red)}\n"
    "table.sides{table-layout:fixed;min-width:52rem;font-size:.82rem}table.sides td{border:0;padding:0 .4rem;"
    "white-space:pre-wrap;overflow-wrap:anywhere}\n"
    ".sides thead th{padding:.2rem .4rem}.sides td.n{width:3.2rem;color:var(--soft);text-align:right}\n"
    ".sides th{width:50%}.sides td.gone{background:var(--redbg)}.sides td.new{background:var(--greenbg)}"
    ".sides td.empty{background:var(--pane)}.sides tr.gap td{color:var(--soft);background:var(--pane);text-align:center}\n"
    "footer{color:var(--soft);font-size:.9rem;padding-top:2rem;padding-bottom:2.5rem}\n";

static const char narrow_and_paper[] =
    "@media (max-width:40rem){.stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}"
    ".stack tr{display:block;border-bottom:1px solid var(--line);padding:.5rem 0}.stack td,.stack th{display:block;border:0;"
    "padding:.1rem 0;text-align:left}.stack td:empty{display:none}.stack td[data-is]::before{content:attr(data-is) \" \";color:var(--soft)}"
    "dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}article table tbody th{width:8rem}}\n"
    "@media print{:root{--ink:#000;--soft:#444;--paper:#fff;--pane:#f6f6f6;--line:#bbb;--red:#a40e26;--redbg:#fff;"
    "--green:#0a5c26;--greenbg:#fff;--amber:#7a4100;--amberbg:#fff}nav{display:none}body{font-size:10.5pt}"
    ".scroll,pre{overflow:visible}.picture svg{max-width:100%;height:auto;filter:none}h2,h3,h4{break-after:avoid}"
    "tr,article>table{break-inside:avoid}table.sides{min-width:0}}\n";

void
wr_review_style(struct wr_buf *buf)
{
	wr_buf_str(buf, screen);
	wr_buf_str(buf, parts);
	wr_buf_str(buf, narrow_and_paper);
}
