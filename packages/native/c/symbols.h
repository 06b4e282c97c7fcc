/* Looks a function up in a mapped object by its hash table (gABI, "Hash Table"; the GNU one as in glibc elf/dl-lookup.c). */
#ifndef GLIBC_MATRIX_SYMBOLS_H
#define GLIBC_MATRIX_SYMBOLS_H

#include "objects.h"

struct symbols {
  uintptr_t base;
  const ELF(Sym) *table;
  const char *names;
  const uint16_t *versions;
  const uint32_t *gnu_hash, *sysv_hash;
};

static struct symbols symbols_of(const struct maps *m, const struct object *o) {
  return (struct symbols){
      .base = o->base,
      .table = (const ELF(Sym) *)dynamic_address(m, o, DT_SYMTAB),
      .names = (const char *)dynamic_address(m, o, DT_STRTAB),
      .versions = (const uint16_t *)dynamic_address(m, o, DT_VERSYM),
      .gnu_hash = (const uint32_t *)dynamic_address(m, o, DT_GNU_HASH),
      .sysv_hash = (const uint32_t *)dynamic_address(m, o, DT_HASH),
  };
}

/* The default version of a defined function: an old version kept for old programs has the hidden bit. */
static int is_match(const struct symbols *s, uint32_t index, const char *name, size_t length) {
  const ELF(Sym) *symbol = &s->table[index];
  if (symbol->st_shndx == SHN_UNDEF || ELF64_ST_TYPE(symbol->st_info) != STT_FUNC) return 0;
  if (s->versions && (s->versions[index] & 0x8000)) return 0;
  return bytes_equal(s->names + symbol->st_name, name, length + 1);
}

static uint32_t find_by_gnu_hash(const struct symbols *s, const char *name, size_t length) {
  const uint32_t *h = s->gnu_hash;
  uint32_t buckets = h[0], first = h[1], bloom_words = h[2], hash = 5381;
  const uint32_t *bucket = h + 4 + bloom_words * (sizeof(uintptr_t) / 4), *chain = bucket + buckets;
  for (size_t i = 0; i < length; i++) hash = hash * 33 + (unsigned char)name[i];
  uint32_t index = buckets ? bucket[hash % buckets] : 0;
  if (index < first) return 0;
  for (;; index++) {
    uint32_t entry = chain[index - first];
    if ((entry | 1) == (hash | 1) && is_match(s, index, name, length)) return index;
    if (entry & 1) return 0;
  }
}

static uint32_t find_by_sysv_hash(const struct symbols *s, const char *name, size_t length) {
  for (uint32_t index = 1; index < s->sysv_hash[1]; index++)
    if (is_match(s, index, name, length)) return index;
  return 0;
}

static void *find_function(const struct symbols *s, const char *name) {
  size_t length = text_length(name);
  if (!s->table || !s->names) return 0;
  uint32_t index = s->gnu_hash ? find_by_gnu_hash(s, name, length) : s->sysv_hash ? find_by_sysv_hash(s, name, length) : 0;
  return index ? (void *)(s->base + s->table[index].st_value) : 0;
}

#endif
