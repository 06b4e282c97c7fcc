import { githubAnnotations, writeGithubSummary } from './github.js'
import type { Grid } from './grid.js'
import { htmlReport } from './html.js'
import { junitReport } from './junit.js'
import { markdownReport } from './markdown.js'
import type { RedRules } from './verdict.js'
import { writeGrid } from './write-grid.js'
import { writeText } from './write-text.js'

/** Which reports are wanted, by the absolute paths of their files. */
export interface ReportFiles {
  readonly junit: string | null
  readonly html: string | null
  readonly markdown: string | null
  /** GitHub's job summary and annotations: in its jobs alone, or nowhere. */
  readonly github: 'auto' | 'never'
}

/** Where reports go, and by which rules cells are red in them. */
export interface WantedReports extends RedRules {
  /** What the names of suites are relative to. */
  readonly root: string
  readonly outputFile: string | null
  readonly reports: ReportFiles
}

/** Writes every report that is wanted, and answers what the log of the job shall hold: in one of GitHub's, annotations. */
export function writeReports(
  grid: Grid,
  { root, outputFile, reports, ...rules }: WantedReports,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const { junit, html, markdown, github } = reports
  if (outputFile !== null) writeGrid(outputFile, grid)
  if (junit !== null) writeText(junit, junitReport(grid, rules))
  if (html !== null) writeText(html, htmlReport(grid, rules))
  if (markdown !== null) writeText(markdown, markdownReport(grid, rules))
  if (github === 'never' || env.GITHUB_ACTIONS !== 'true') return ''
  const { GITHUB_STEP_SUMMARY: summary, GITHUB_WORKSPACE: workspace = root } = env
  if (summary) writeGithubSummary(summary, grid, rules)
  return githubAnnotations(grid, rules, root, workspace)
    .map((line) => `${line}\n`)
    .join('')
}
