/** How each command is used, for its help and for errors. */
export const usages = {
  init: 'init',
  add: 'add [SPEC…] [--frozen] [--pin KEY:SHA256] [--name NAME] [--with SPEC] [--package PACKAGE…] [--for PROGRAM…]',
  list: 'list [--json]',
  update: 'update [S…] [--json]',
  verify: 'verify [NAME…] [--json]',
  remove: 'remove NAME…',
  gc: 'gc [--json]',
  pack: 'pack S [--format tar|npm] [--as PACKAGE@VERSION] [--out FILE]',
  inspect: 'inspect [--max VERSION] [--baseline FILE [--update]] [--json] FILE…',
  addons: 'addons [--sysroot S[,S…]] [--json]',
  explain: 'explain --sysroot S [--json] [--] PROGRAM [ARGUMENT…]',
  report: 'report GRID --report KIND=FILE…',
  run: 'run --sysroot S[,S…] [--report KIND=FILE…] [--json] -- COMMAND [ARGUMENT…]',
  floor: 'floor [--sysroot S[,S…]] [--max VERSION] [--json] (-- COMMAND [ARGUMENT…] | --grid FILE)',
  rollout: 'rollout --from S --to S [--json] [PATH…] [-- COMMAND [ARGUMENT…]] [--grid FILE]',
  ci: 'ci github|gitlab [--shards N] [--workflow] [-- COMMAND [ARGUMENT…]]',
  merge: 'merge DIR… [--out FILE] [--timings FILE] [--report KIND=FILE…] [--json]',
  patch: 'patch IN OUT --sysroot S',
  flags: 'flags --sysroot S [--for cc|cargo|cgo|cmake]',
  doctor: 'doctor [--json]',
} as const

/** What S is, in a command's own help. */
export const sysrootHelp =
  "S is a spec (such as host, dir:PATH or debian:SUITE) or the name or glibc version of an installed or configured sysroot ('2.31')."
