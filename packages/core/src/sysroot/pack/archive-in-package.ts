/** One file in a package of npm's: npm itself drops symlinks and changes modes. */
export const ARCHIVE_IN_PACKAGE = 'sysroot.tar.gz'
