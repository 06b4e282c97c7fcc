/* Globs of `programs` and `exclude`: `*` and `?` within a name, `**` across names. Braces were expanded before. */
#ifndef GLIBC_MATRIX_GLOB_H
#define GLIBC_MATRIX_GLOB_H

#include "text.h"

static int glob_matches(const char *glob, const char *text) {
  for (; *glob; glob++, text++) {
    if (glob[0] == '*' && glob[1] == '*') {
      const char *rest = glob + 2;
      if (*rest == '/' && glob_matches(rest + 1, text)) return 1;
      for (const char *at = text;; at++) {
        if (glob_matches(rest, at)) return 1;
        if (!*at) return 0;
      }
    }
    if (*glob == '*') {
      for (const char *at = text;; at++) {
        if (glob_matches(glob + 1, at)) return 1;
        if (!*at || *at == '/') return 0;
      }
    }
    if (!*text || (*glob != '?' && *glob != *text) || (*glob == '?' && *text == '/')) return 0;
  }
  return !*text;
}

static const char *last_name(const char *path) {
  const char *name = path;
  for (; *path; path++)
    if (*path == '/') name = path + 1;
  return name;
}

static int has_slash(const char *text) {
  while (*text && *text != '/') text++;
  return *text == '/';
}

/* The path below a directory, null when it lies elsewhere. */
static const char *below(const char *path, const char *directory) {
  size_t length = text_length(directory);
  return length && bytes_equal_text(path, directory, length) && path[length] == '/' ? path + length + 1 : 0;
}

/* As in plan's scope.ts: a glob without a slash is a name anywhere, an absolute one a path, any other begins at the root. */
static int glob_names(const char *glob, const char *path, const char *root) {
  if (!has_slash(glob) && !(glob[0] == '*' && glob[1] == '*')) return glob_matches(glob, last_name(path));
  if (glob[0] == '/') return glob_matches(glob, path);
  const char *relative = below(path, root);
  return relative && glob_matches(glob, relative);
}

static int list_names(const char *list, const char *path, const char *root) {
  for (; *list; list += text_length(list) + 1)
    if (glob_names(list, path, root)) return 1;
  return 0;
}

/* As in plan's scope.ts: by an absolute glob, or by one without a wildcard. */
static int list_names_explicitly(const char *list, const char *path, const char *root) {
  for (; *list; list += text_length(list) + 1) {
    const char *wild = list;
    while (*wild && *wild != '*' && *wild != '?') wild++;
    if ((*list == '/' || !*wild) && glob_names(list, path, root)) return 1;
  }
  return 0;
}

static int list_holds_directory_of(const char *list, const char *path) {
  for (; *list; list += text_length(list) + 1)
    if (below(path, list)) return 1;
  return 0;
}

#endif
