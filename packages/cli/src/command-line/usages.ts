/** How each command is used, for its help and for errors. */
export const usages = {
  init: 'init',
  add: 'add [SPEC…] [--frozen] [--name NAME] [--with SPEC] [--package PACKAGE…] [--for PROGRAM…]',
  list: 'list [--json]',
  update: 'update [S…] [--json]',
  verify: 'verify [NAME…] [--json]',
  remove: 'remove NAME…',
  gc: 'gc [--json]',
  pack: 'pack S [--format tar|npm] [--as PACKAGE@VERSION] [--out FILE]',
  inspect: 'inspect [--max VERSION] [--baseline FILE [--update]] [--json] FILE…',
  addons: 'addons [--sysroot S[,S…]] [--json]',
  explain: 'explain --sysroot S [--json] [--] PROGRAM [ARGUMENT…]',
  run: 'run --sysroot S[,S…] [--json] -- COMMAND [ARGUMENT…]',
  floor: 'floor [--sysroot S[,S…]] [--max VERSION] [--json] (-- COMMAND [ARGUMENT…] | --grid FILE)',
  patch: 'patch IN OUT --sysroot S',
  flags: 'flags --sysroot S [--for cc|cargo|cgo|cmake]',
  doctor: 'doctor [--json]',
} as const
