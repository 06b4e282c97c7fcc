/* Strings and a bounded JSON writer, without libc. */
#ifndef GLIBC_MATRIX_TEXT_H
#define GLIBC_MATRIX_TEXT_H

#include <stddef.h>
#include <stdint.h>

static inline size_t text_length(const char *s) {
  size_t n = 0;
  while (s[n]) n++;
  return n;
}

static inline int bytes_equal(const void *a, const void *b, size_t n) {
  const unsigned char *x = a, *y = b;
  for (size_t i = 0; i < n; i++)
    if (x[i] != y[i]) return 0;
  return 1;
}

static inline int texts_equal(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

/* Compares with a string that may be shorter than `n`. */
static inline int bytes_equal_text(const char *text, const char *with, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (text[i] != with[i] || !text[i]) return 0;
  return 1;
}

static inline void bytes_fill(void *to, unsigned char value, size_t n) {
  volatile unsigned char *t = to;
  for (size_t i = 0; i < n; i++) t[i] = value;
}

static inline void *bytes_copy(void *to, const void *from, size_t n) {
  volatile unsigned char *t = to;
  const unsigned char *f = from;
  for (size_t i = 0; i < n; i++) t[i] = f[i];
  return to;
}

/* Reads digits up to the first other character and leaves `at` there. */
static inline uint64_t read_number(const char **at, const char *end, unsigned base) {
  uint64_t value = 0;
  for (; *at < end; (*at)++) {
    char c = **at;
    unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
    if (digit >= base) break;
    value = value * base + digit;
  }
  return value;
}

/* A line under construction; `overflow` is sticky, and an overflown line is never written. */
struct line {
  char *bytes;
  size_t length, capacity;
  int overflow;
};

static inline void put_char(struct line *l, char c) {
  if (l->length < l->capacity) l->bytes[l->length++] = c;
  else l->overflow = 1;
}

static inline void put(struct line *l, const char *s) {
  while (*s) put_char(l, *s++);
}

static inline void put_unsigned(struct line *l, uint64_t value, unsigned base) {
  char digits[20];
  int n = 0;
  do digits[n++] = "0123456789abcdef"[value % base];
  while (value /= base);
  while (n) put_char(l, digits[--n]);
}

/* Bytes as a JSON string; anything outside printable ASCII becomes \u00XX, so that the reader gets the exact bytes back. */
static inline void put_json_bytes(struct line *l, const char *s, size_t n) {
  put_char(l, '"');
  for (size_t i = 0; i < n; i++) {
    unsigned char c = (unsigned char)s[i];
    if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') {
      put(l, "\\u00");
      put_char(l, "0123456789abcdef"[c >> 4]);
      put_char(l, "0123456789abcdef"[c & 15]);
    } else put_char(l, (char)c);
  }
  put_char(l, '"');
}

#endif
