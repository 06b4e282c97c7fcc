import type { TestCase, TestSpecification } from 'vitest/node'

/** Why a test was skipped that its file doesn't skip; null when nothing that the run was told leaves it out. */
export type Filter = (test: TestCase) => string | null

/** What the command line says about tests, not files: Vitest shows what it leaves out like a test that is skipped. */
export function filterOf(planned: readonly TestSpecification[]): Filter {
  const lined = planned.filter(({ testLines, testIds }) => testLines !== undefined || testIds !== undefined)
  const keys = new Set(lined.map(({ project, moduleId }) => `${project.name}\0${moduleId}`))
  return ({ project, module, name, parent }) => {
    const { testNamePattern, tagsFilter = [] } = project.vitest.config as Told
    if (testNamePattern !== undefined && !fullName(name, parent).match(testNamePattern))
      return `left out by -t ${testNamePattern.source}`
    if (tagsFilter.length > 0) return `left out by --tags-filter ${tagsFilter.join(' ')}`
    return keys.has(`${project.name}\0${module.moduleId}`) ? 'left out by the lines that were named' : null
  }
}

interface Told {
  readonly testNamePattern?: RegExp
  /** Vitest 4.1. */
  readonly tagsFilter?: readonly string[]
}

/** As -t matches it (getTaskFullName of @vitest/runner), where the parts of `fullName` are joined by ` > `. */
function fullName(name: string, parent: TestCase['parent']): string {
  return parent.type === 'module' ? name : `${fullName(parent.name, parent.parent)} ${name}`
}
