/** The style of the page: calm, in the system's own type, light or dark as the reader has it; colour never says more than a word does. */
export const pageStyle = `
:root { color-scheme: light dark;
  --ground: #fcfcfb; --raised: #ffffff; --sunken: #f3f3f1; --line: #e3e3df; --text: #1d1d1b; --quiet: #62625c;
  --pass: #1b6e3c; --fail: #b3261e; --open: #855300; --focus: #2f5fd0; --fail-ground: #fbeceb; --open-ground: #fbf3e3;
  --mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
@media (prefers-color-scheme: dark) { :root {
  --ground: #161615; --raised: #1e1e1d; --sunken: #121211; --line: #32322f; --text: #e7e7e3; --quiet: #a0a099;
  --pass: #7cc796; --fail: #ff9d94; --open: #e3b566; --focus: #8fb0ff; --fail-ground: #35201e; --open-ground: #302817; } }
* { box-sizing: border-box; }
html, body { height: 100%; margin: 0; }
body { display: flex; flex-direction: column; background: var(--ground); color: var(--text);
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
header { padding: 20px 24px 12px; }
h1 { font-size: 15px; font-weight: 600; margin: 0; display: inline; }
header p { display: inline; margin: 0 0 0 12px; color: var(--quiet); }
header p.red { color: var(--fail); }
header ul { margin: 10px 0 0; padding: 8px 12px 8px 28px; background: var(--open-ground); border-radius: 6px; max-height: 22vh; overflow: auto; }
#filters { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; padding: 0 24px 12px; }
input[type=search], select { font: inherit; color: inherit; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: 4px 8px; height: 32px; }
input[type=search] { width: 260px; }
select { max-width: 240px; }
label { display: inline-flex; align-items: center; gap: 6px; cursor: pointer; color: var(--quiet); }
input[type=checkbox] { margin: 0; accent-color: var(--focus); }
output { margin-left: auto; color: var(--quiet); font-variant-numeric: tabular-nums; }
button { font: inherit; color: inherit; cursor: pointer; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: 2px 10px; min-height: 28px; }
button:hover { border-color: var(--quiet); }
button[aria-pressed=true] { background: var(--text); color: var(--ground); border-color: var(--text); }
.states { display: flex; flex-wrap: wrap; gap: 6px; }
.states button { font-variant-numeric: tabular-nums; }
details.columns { position: relative; }
details.columns > summary { cursor: pointer; color: var(--quiet); padding: 4px 6px; border-radius: 6px; }
details.columns > div { position: absolute; z-index: 3; display: grid; gap: 6px; padding: 12px 16px; background: var(--raised);
  border: 1px solid var(--line); border-radius: 8px; max-height: 50vh; overflow: auto; white-space: nowrap; }
main { display: flex; flex: 1; min-height: 0; border-top: 1px solid var(--line); }
#place { flex: 1; min-width: 0; position: relative; }
#grid { position: absolute; inset: 0; overflow: auto; outline: none; scroll-padding: 58px 0 0 var(--name); }
#grid { --name: clamp(240px, 32vw, 560px); --cell: 134px; }
.heads { position: sticky; top: 0; z-index: 2; }
.heads, .body { width: max(100%, var(--name) + var(--columns) * var(--cell)); }
.head, .line { display: grid; grid-template-columns: var(--name) repeat(var(--columns), minmax(var(--cell), 1fr)); width: 100%; }
.head { background: var(--ground); border-bottom: 1px solid var(--line); color: var(--quiet); }
.head > div { padding: 6px 12px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.head .name { display: flex; align-items: flex-end; }
.head b { display: block; color: var(--text); font-weight: 600; overflow: hidden; text-overflow: ellipsis; }
.head small, .name small { color: var(--quiet); font-size: 12px; }
.body { position: relative; contain: layout style; }
.line { position: absolute; left: 0; height: 32px; line-height: 32px; cursor: pointer; }
.line:hover { background: var(--sunken); }
.line > .name { position: sticky; left: 0; z-index: 1; background: var(--ground); padding: 0 12px 0 34px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.line:hover > .name { background: var(--sunken); }
.head > .name { position: sticky; left: 0; z-index: 1; background: var(--ground); }
.suite > .name { padding-left: 12px; font-weight: 600; }
.suite > .name::before { content: "▾"; display: inline-block; width: 22px; color: var(--quiet); font-weight: 400; }
.suite[aria-expanded=false] > .name::before { content: "▸"; }
.suite > .name small { margin-left: 10px; font-weight: 400; }
.cell { padding: 0 12px; overflow: hidden; white-space: nowrap; color: var(--quiet); font-size: 13px; }
.suite > .cell { font-weight: 600; }
.sign { display: inline-block; width: 18px; }
.pass, .cell.pass { color: var(--pass); }
:is(.fail, .incompatible, .missing), .cell:is(.fail, .incompatible, .missing) { color: var(--fail); }
.unproven, .cell.unproven { color: var(--open); }
.cell.fail, .cell.missing { background: var(--fail-ground); }
.cell.incompatible { background: color-mix(in srgb, var(--fail-ground) 50%, transparent); }
.cell.unproven { background: var(--open-ground); }
#grid:focus-visible .active, .active:hover { outline: 2px solid var(--focus); outline-offset: -2px; }
:is(button, input, select, summary, pre):focus-visible { outline: 2px solid var(--focus); outline-offset: 1px; }
#nothing { position: absolute; inset: 96px 0 auto; text-align: center; color: var(--quiet); margin: 0; }
#panel { width: min(560px, 46vw); overflow: auto; padding: 20px 24px 48px; border-left: 1px solid var(--line); background: var(--raised); }
#panel[hidden] { display: none; }
#panel h2 { font-size: 17px; line-height: 1.35; margin: 2px 0 10px; overflow-wrap: anywhere; outline: none; }
#panel h3 { font-size: 13px; margin: 24px 0 8px; }
#panel h4 { font-size: 12px; font-weight: 400; color: var(--quiet); margin: 12px 0 4px; }
#panel p { margin: 0 0 6px; overflow-wrap: anywhere; }
#panel .where { color: var(--quiet); margin-right: 40px; }
#panel .verdict { font-weight: 600; }
.close { float: right; width: 30px; padding: 0; font-size: 18px; line-height: 1; }
.process { padding: 4px 0 16px; border-top: 1px solid var(--line); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 10px 0 0; }
dt { color: var(--quiet); grid-column: 1; }
dd { margin: 0; grid-column: 2; overflow-wrap: anywhere; min-width: 0; }
code, pre { font-family: var(--mono); font-size: 12.5px; }
pre { margin: 0; padding: 10px 12px; background: var(--sunken); border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 320px; overflow: auto; }
.command { display: grid; gap: 6px; justify-items: start; }
.command pre { width: 100%; }
@media (max-width: 800px) { #panel { position: fixed; inset: 0; width: auto; z-index: 4; border: 0; } #filters output { margin-left: 0; } input[type=search] { width: 100%; } }
@media (prefers-reduced-motion: no-preference) { button, .line { transition: background-color .12s, border-color .12s; } }
@media (forced-colors: active) { .active { outline: 2px solid Highlight; outline-offset: -2px; } button[aria-pressed=true] { border-width: 3px; } }
`
