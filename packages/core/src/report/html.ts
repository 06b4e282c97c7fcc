import { createHash } from 'node:crypto'
import type { Grid } from './grid.js'
import { packPage } from './pack-page.js'
import type { PageData } from './page/page-data.js'
import { pageScript } from './page/page-script.js'
import { pageStyle } from './page/page-style.js'
import type { RedRules } from './verdict.js'

/**
 * The grid as one HTML file that needs nothing else. Texts of programs are data in it, never markup; its policy (CSP) lets
 * nothing run but its own script and fetches nothing, whatever gets into it.
 */
export function htmlReport(grid: Grid, rules: RedRules): string {
  const data = packPage(grid, rules)
  const policy = `default-src 'none'; script-src ${hashOf(pageScript)}; style-src ${hashOf(pageStyle)}; base-uri 'none'; form-action 'none'`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="glibc-matrix">
<title>glibc-matrix</title>
<style>${pageStyle}</style>
</head>
<body>
<header>
<h1>glibc-matrix</h1>
${headline(data)}
${notices(data)}</header>
<div id="filters" role="search"></div>
<main>
<div id="place">
<div id="grid" role="treegrid" tabindex="0" aria-label="Tests by glibc; Enter opens a cell"></div>
<p id="nothing" hidden>No test is left by these filters.</p>
</div>
<aside id="panel" aria-labelledby="panel-title" hidden></aside>
</main>
<noscript>The grid is drawn by the script of this page, which needs no network. Without scripts see the report as Markdown.</noscript>
<script type="application/json" id="data">${inScript(JSON.stringify(data))}</script>
<script>${pageScript}</script>
</body>
</html>
`
}

/** As CSP 3 has it for inline elements. */
function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

function headline({ red, gaps, columns, rows }: PageData): string {
  const size = `${count(rows.length, 'test')} in ${count(columns.length, 'column')}`
  const faults = [...(red === 0 ? [] : [count(red, 'red cell')]), ...(gaps === 0 ? [] : [count(gaps, 'gap')])]
  if (faults.length > 0) return `<p class="red">${size}, ${faults.join(', ')}</p>`
  return rows.length === 0 ? '<p class="red">no tests ran</p>' : `<p>${size}, nothing is red</p>`
}

function count(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`
}

function notices({ notices: all }: PageData): string {
  return all.length === 0 ? '' : `<ul>${all.map((each) => `<li>${inText(each)}</li>`).join('')}</ul>\n`
}

function inText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** No tag, comment or end of the element in it (HTML, "restrictions for contents of script elements"). */
function inScript(json: string): string {
  return json.replaceAll('<', '\\u003c')
}
