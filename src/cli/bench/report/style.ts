/**
 * How a report looks: a quiet page for a screen, a telephone, paper and the dark. No letter is fetched from anywhere: the
 * faces are those that systems have.
 */

/** Colours that people with any kind of colour vision tell apart, as far as eight can be; shapes and dashes differ too. */
const LIGHT = `--paper:#fdfdfb;--ink:#1c1f22;--quiet:#5a6068;--rule:#d8d8d2;--grid:#e9e9e4;--box:#f5f5f1;--good:#1a6b3c;--bad:#a8321a;
--c0:#0a62a9;--c1:#b8470b;--c2:#0b7a63;--c3:#7a3d9e;--c4:#8a6100;--c5:#b0215f;--c6:#4a5a2a;--c7:#3d4a5c`;
const DARK = `--paper:#15171a;--ink:#e4e4e0;--quiet:#9aa1a9;--rule:#3a3e44;--grid:#282c31;--box:#1c1f23;--good:#7fd39b;--bad:#ff9a80;
--c0:#6fb5f5;--c1:#ff9e63;--c2:#4fd0ae;--c3:#c99cf0;--c4:#e0bd4a;--c5:#ff8ab8;--c6:#b5cf7d;--c7:#b4bfcc`;

/** By day and by night. */
export const PALETTE: string = `:root{color-scheme:light dark;${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
`;

const COLOURS = Array.from({ length: 8 }, (_, index) => `.c${index}{--own:var(--c${index})}`).join('');

/** What charts are drawn with, whatever they stand in. */
export const CHART_STYLE: string = `.chart{font-size:12px}
.chart text{fill:var(--quiet)}
.chart .title,.chart .row-name{fill:var(--ink)}
.chart .figure{fill:var(--ink);paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}
.grid,.row{stroke:var(--grid)}
.axis,.break{stroke:var(--quiet);fill:none}
.break{stroke-width:1}
.against{stroke:var(--ink)}
.measured{--fill:var(--own)}
.hollow{--fill:var(--paper)}
.model{--own:var(--quiet);--fill:none}
.simulator{--own:var(--ink);--fill:var(--paper)}
.line{fill:none;stroke:var(--own);stroke-width:1.8;stroke-linejoin:round}
.model .line{stroke-width:1.4}
.mark{fill:var(--fill);stroke:var(--own);stroke-width:1.3}
.bar{fill:none;stroke:var(--own);stroke-width:1.1}
.seed{fill:var(--own);opacity:.35}
.chart .name{fill:var(--own)}
.model .name{font-style:italic}
.leader{fill:none;stroke:var(--rule)}
${COLOURS}`;

export const STYLE: string = `${PALETTE}*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.55 Charter,"Bitstream Charter","Iowan Old Style","Source Serif 4",Georgia,serif;font-variant-numeric:lining-nums;overflow-wrap:break-word}
main{max-width:48rem;margin:0 auto;padding:3.5rem 1rem 5rem}
h1,h2,h3{line-height:1.2;text-wrap:balance;font-weight:600}
h1{font-size:2.3rem;letter-spacing:-.015em;margin:.1rem 0 .6rem}
h2{font-size:1.5rem;margin:0 0 .5rem;letter-spacing:-.01em}
h3{font-size:1.12rem;margin:2.2rem 0 .4rem}
p{margin:.6rem 0}
section{margin-top:3.2rem;padding-top:2.4rem;border-top:1px solid var(--rule)}
a{color:inherit;text-decoration-color:var(--quiet);text-underline-offset:.18em}
a:hover{text-decoration-color:currentColor}
:focus-visible{outline:2px solid var(--c0);outline-offset:3px;border-radius:2px}
.kind,small,dl,table,figcaption,summary,.legend,.note,.made,.chart,.verdict,.lead,.number,.empty{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
.kind{margin:0;font-size:.86rem;color:var(--quiet);letter-spacing:.02em}
.lead{font-size:1.15rem;margin:0 0 1.4rem}
.verdict{font-size:.95rem;margin:1.4rem 0 .4rem}
.met{color:var(--good);font-weight:600;white-space:nowrap}
.missed{color:var(--bad);font-weight:600;white-space:nowrap}
.quiet,.empty,.note,.made,figcaption{color:var(--quiet)}
.number{font-size:.75em;color:var(--quiet);font-weight:400;margin-right:.35em;font-variant-numeric:tabular-nums}
.question{font-size:1.15rem;font-style:italic;margin:.2rem 0 .8rem}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(13.5rem,1fr));gap:.9rem 1.5rem;margin:0 0 1.2rem;font-size:.95rem;line-height:1.35}
dl div{border-top:1px solid var(--rule);padding-top:.4rem}
dt{color:var(--quiet);font-size:.82rem}
dd{margin:0}
pre,code{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.84em}
pre{margin:0;padding:.7rem .9rem;font-size:.84rem}
.scroll{overflow-x:auto;max-width:100%;margin:.6rem 0}
header .scroll{background:var(--box);border:1px solid var(--rule);border-radius:4px}
aside{margin-top:2rem;padding:1rem 1.2rem .6rem;border-left:3px solid var(--bad);background:var(--box)}
aside h2{font-size:1.12rem}
aside ul{margin:.1rem 0 .8rem;padding-left:1.1rem;font:.88rem/1.45 system-ui,sans-serif}
aside p{margin:0}
nav{margin-top:2.6rem}
.contents{list-style:none;counter-reset:n;padding:0;margin:0}
.contents li{counter-increment:n;position:relative;padding:.55rem 0 .55rem 2.1rem;border-top:1px solid var(--rule)}
.contents li:before{content:counter(n);position:absolute;left:0;top:.75rem;font:.82rem system-ui,sans-serif;color:var(--quiet);font-variant-numeric:tabular-nums}
.contents p{margin:.05rem 0 0;color:var(--quiet);font-size:.95rem;line-height:1.4}
.contents small{float:right;margin-left:1rem;font-size:.82rem}
table{border-collapse:collapse;font-size:.84rem;line-height:1.35;font-variant-numeric:tabular-nums lining-nums;min-width:100%}
th,td{padding:.32rem .7rem;text-align:left;vertical-align:baseline;border-bottom:1px solid var(--grid);font-weight:400}
th:first-child,td:first-child{padding-left:0}
th:last-child,td:last-child{padding-right:0}
th.word,td.word{min-width:6.5rem}
tbody th.word{min-width:9rem}
.word:last-child,td:has(code){min-width:0}
thead th{border-bottom:1px solid var(--rule);color:var(--quiet);vertical-align:bottom}
.figure{text-align:right;white-space:nowrap}
thead .figure{white-space:normal;min-width:4.2rem}
td small{color:var(--quiet);font-size:.78rem}
figure{margin:1.4rem 0 .8rem}
figcaption,.note,.made{font-size:.84rem;line-height:1.45;margin-top:.5rem}
.made{margin-top:1rem}
.empty{padding:1.2rem;border:1px dashed var(--rule);font-size:.9rem}
details{margin:.55rem 0;border-top:1px solid var(--grid);padding-top:.5rem}
details details{border:0}
summary{cursor:pointer;font-size:.9rem;width:fit-content}
summary:hover{text-decoration:underline;text-underline-offset:.18em}
.chart{display:block;width:100%;height:auto;overflow:visible;font-variant-numeric:tabular-nums}
.chart.narrow,.legend.narrow{display:none}
.shape{fill:var(--c0);opacity:.32}
.range{stroke:var(--c0);stroke-width:1.6}
.p99{stroke:var(--c0);stroke-width:1.4}
.median{fill:var(--c0);stroke:var(--paper);stroke-width:1.2}
.chart:has(.curve:hover) .curve:not(:hover){opacity:.25}
.legend{display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;list-style:none;padding:0;margin:.4rem 0 0;font-size:.84rem;color:var(--quiet)}
.swatch{vertical-align:-.15em;margin-right:.2rem}
footer{margin-top:3.5rem;padding-top:1.4rem;border-top:1px solid var(--rule);font-size:.95rem}
footer h2{font-size:1.12rem}
${CHART_STYLE}
@media (max-width:640px){
main{padding-top:1.6rem}
h1{font-size:1.8rem}
.chart.wide{display:none}
.chart.narrow{display:block}
.legend.narrow{display:flex}
.contents small{float:none;display:block;margin:0}
}
@media print{
:root{color-scheme:light;${LIGHT};--paper:#fff}
@page{margin:16mm}
body{font-size:10.5pt}
main{max-width:none;padding:0}
section{break-before:page;border:0;margin:0;padding:0}
figure,aside,tr,li{break-inside:avoid}
h2,h3,.question,summary{break-after:avoid}
.scroll{overflow:visible}
details:not([open],.claims){display:none}
.claims::details-content{content-visibility:visible;block-size:auto}
}
`;
