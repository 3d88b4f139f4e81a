/* How the HTML review looks: both colour schemes, paper, and screens from a telephone to a wall. */
#include "vm/view/review.h"

static const char screen[] =
    ":root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--paper:#fff;--pane:#f4f6f8;--line:#d0d7de;"
    "--red:#a40e26;--redbg:#ffebe9;--redmark:#ffc4c0;--green:#0a5c26;--greenbg:#dafbe1;--greenmark:#9be9b1;"
    "--amber:#7a4100;--amberbg:#fff4d6;--blue:#0550ae}\n"
    "@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#a3adb8;--paper:#0d1117;--pane:#161b22;"
    "--line:#3d444d;--red:#ff9492;--redbg:#3c1114;--redmark:#7d1f24;--green:#6fdd8b;--greenbg:#0f3018;--greenmark:#1c6a35;"
    "--amber:#f0c05a;--amberbg:#3d2c00;--blue:#79c0ff}.picture svg{filter:invert(1) hue-rotate(180deg)}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;overflow-wrap:break-word;color:var(--ink);background:var(--paper);font:16px/1.55 system-ui,-apple-system,\"Segoe UI\",sans-serif}\n"
    "header,main,footer{max-width:76rem;margin:0 auto;padding:0 1rem}\n"
    "header{padding-top:1.5rem}\n"
    "h1{font-size:1.7rem;line-height:1.2;margin:0 0 .6rem;overflow-wrap:anywhere}\n"
    "h2{font-size:1.25rem;margin:2.4rem 0 .7rem;padding-bottom:.25rem;border-bottom:1px solid var(--line)}\n"
    "h3{font-size:1rem;margin:1.2rem 0 .4rem}h4{font-size:.9rem;margin:.9rem 0 .3rem;color:var(--soft)}\n"
    "h2,h3,section{scroll-margin-top:.5rem}\n"
    "p{margin:.5rem 0}a{color:var(--blue)}.lead{font-size:1.1rem;margin:.9rem 0 0}\n"
    ":focus-visible{outline:.15rem solid var(--blue);outline-offset:.15rem}\n"
    "nav ul{display:flex;flex-wrap:wrap;gap:.1rem 1rem;list-style:none;margin:.6rem 0 0;padding:0}\n"
    "nav a{display:inline-block;padding:.25rem 0}\n"
    "code,pre{font:.86rem/1.5 ui-monospace,\"SF Mono\",Menlo,Consolas,\"DejaVu Sans Mono\",monospace}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:0}\n"
    "dt{color:var(--soft);min-width:0;overflow-wrap:anywhere}dd{margin:0;min-width:0;overflow-wrap:anywhere}\n"
    "dl.set{display:flex;flex-wrap:wrap;gap:.2rem 1.6rem}.set div{display:flex;gap:.5rem;min-width:0}\n"
    ".badge{display:inline-block;border-radius:1rem;padding:.1rem .75rem;font-weight:600;font-size:.9rem}"
    "#conditions tbody th{font-weight:400;width:45%}\n"
    ".yes{color:var(--green);background:var(--greenbg)}.no{color:var(--red);background:var(--redbg)}\n"
    ".wait{color:var(--amber);background:var(--amberbg)}\n"
    ".scroll{overflow-x:auto}\n";

static const char parts[] =
    "table{border-collapse:collapse;width:100%;font-size:.94rem}table+dl{margin-top:.7rem}\n"
    "th,td{text-align:left;vertical-align:top;padding:.4rem .7rem .4rem 0;border-bottom:1px solid var(--line)}\n"
    "thead th{color:var(--soft);font-weight:600;white-space:nowrap}tbody th{font-weight:600}\n"
    "td.num,th.num{text-align:right;font-variant-numeric:tabular-nums}\n"
    "tbody th,td.any{overflow-wrap:anywhere;min-width:9rem}td.few{overflow-wrap:anywhere;min-width:6.5rem}\n"
    ".label{color:var(--amber);background:var(--amberbg);border-radius:.3rem;padding:0 .35rem;font-size:.88rem;"
    "overflow-wrap:anywhere}\n"
    ".none{color:var(--soft)}\n"
    ".hidden{color:var(--red);background:var(--redbg);border:1px solid;border-radius:.2rem;padding:0 .2rem;font-size:.8em}\n"
    "pre{background:var(--pane);border:1px solid var(--line);border-radius:.4rem;padding:.7rem .9rem;margin:.3rem 0 .8rem;"
    "white-space:pre-wrap;overflow-wrap:anywhere}\n"
    "pre.words{border:0;padding:.2rem .6rem;margin:.15rem 0 .25rem}del+ins{margin-left:.25em}\n"
    "ul.reasons{margin:.2rem 0 0;padding-left:1.1rem}.reasons li{margin:.1rem 0}\n"
    "ul.changes{list-style:none;margin:0;padding:0}.changes>li{border-left:.25rem solid var(--line);padding:.15rem 0 .15rem .8rem;"
    "margin:.35rem 0;overflow-wrap:anywhere}\n"
    ".changes b{font-size:.78rem;text-transform:uppercase;letter-spacing:.03em;margin-right:.3rem;color:var(--soft)}\n"
    ".changes.grave>li{border-color:var(--red)}h3.grave,.grave b{color:var(--red)}"
    ".changes.some>li{border-color:var(--amber)}h3.some,.some b{color:var(--amber)}\n"
    "del{color:var(--red);background:var(--redbg)}ins{color:var(--green);background:var(--greenbg)}\n"
    "figure{margin:0}figcaption{color:var(--soft);font-size:.88rem;margin-top:.3rem}\n"
    ".picture{border:1px solid var(--line);border-radius:.4rem;padding:.6rem;text-align:center}\n"
    ".picture svg{display:inline-block;vertical-align:top;max-width:none}.picture .graph>polygon:first-of-type{fill:none}\n"
    "details{margin:.6rem 0}summary{cursor:pointer}li.drops>b{color:var(--red)}#picture li{overflow-wrap:anywhere}\n"
    "table.sides{table-layout:fixed;min-width:44rem;font-size:.82rem}col.n{width:3rem}table.sides td{border:0;padding:0 .4rem;"
    "white-space:pre-wrap;overflow-wrap:anywhere}\n"
    ".sides thead th{padding:.2rem .4rem}.sides td.n{color:var(--soft);text-align:right;white-space:nowrap}\n"
    ".sides td.gone{background:var(--redbg)}.sides td.new{background:var(--greenbg)}"
    ".sides del{color:inherit;background:var(--redmark)}.sides ins{color:inherit;background:var(--greenmark);text-decoration:none}\n"
    ".sides td.empty{background:var(--pane)}.sides tr.gap td{color:var(--soft);background:var(--pane);text-align:center}\n"
    "footer{color:var(--soft);font-size:.9rem;padding-top:2rem;padding-bottom:2.5rem}\n";

static const char narrow_and_paper[] =
    "@media screen and (max-width:45rem){.stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}"
    ".stack,.stack tbody{display:block}.stack tr{display:block;border-bottom:1px solid var(--line);padding:.5rem 0}"
    ".stack td,.stack tbody th,#conditions tbody th{display:block;width:auto;border:0;padding:.1rem 0;text-align:left}"
    ".stack td:empty{display:none}.stack td[data-is]::before{content:attr(data-is) \" \";color:var(--soft)}"
    ".stack td,.stack tbody th{overflow-wrap:anywhere}"
    "dl{grid-template-columns:1fr}dl:not(.set)>dd{margin-bottom:.4rem}}\n"
    "@media print{:root{--ink:#000;--soft:#444;--paper:#fff;--pane:#f6f6f6;--line:#bbb;--red:#a40e26;--redbg:#fff;--redmark:#fff;"
    "--green:#0a5c26;--greenbg:#fff;--greenmark:#fff;--amber:#7a4100;--amberbg:#fff;--blue:#000}nav{display:none}"
    "body{font-size:9.5pt;line-height:1.4}tbody th,td.any{min-width:7.5rem}header,main,footer{max-width:none;padding:0}a{text-decoration:none}"
    ".badge{border:1px solid}.sides del,.sides ins,td.gone,td.new{font-weight:600}.sides ins{text-decoration:underline}"
    ".scroll{overflow:visible}.picture svg{max-width:100%;height:auto;filter:none}h2,h3,h4,thead{break-after:avoid}"
    "tr,dl.set,.changes>li{break-inside:avoid}table.sides{min-width:0;font-size:7.5pt}.sides code{font-size:inherit}"
    "details::details-content{content-visibility:visible;block-size:auto}}\n";

void
wr_review_style(struct wr_buf *buf)
{
	wr_buf_str(buf, screen);
	wr_buf_str(buf, parts);
	wr_buf_str(buf, narrow_and_paper);
}
