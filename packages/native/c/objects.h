/* The ELF objects behind the mappings: soname and build-id, read from memory within the bounds of what is mapped. */
#ifndef GLIBC_MATRIX_OBJECTS_H
#define GLIBC_MATRIX_OBJECTS_H

#include <sys/stat.h>

#include "elf-class.h"
#include "maps.h"

struct object {
  const struct mapping *first;
  uintptr_t base;
  uint64_t major, minor;
  const char *soname;
  const unsigned char *build_id;
  size_t build_id_length;
  uintptr_t dynamic;
  size_t dynamic_size;
};

static int same_file(const struct mapping *a, const struct mapping *b) {
  return a->inode == b->inode && a->major == b->major && a->minor == b->minor;
}

/* How many bytes from `address` on lie in readable mappings of the object's own file. */
static size_t readable_from(const struct maps *m, const struct mapping *file, uintptr_t address) {
  uintptr_t at = address;
  for (int i = 0; i < m->count; i++) {
    const struct mapping *one = &m->list[i];
    if (at >= one->start && at < one->end && one->readable && same_file(one, file)) at = one->end;
  }
  return at - address;
}

/* True when [address, address + size) does. */
static int readable_in(const struct maps *m, const struct mapping *file, uintptr_t address, size_t size) {
  return readable_from(m, file, address) >= size;
}

static const char *bounded_string(const struct maps *m, const struct mapping *file, uintptr_t address) {
  size_t most = readable_from(m, file, address);
  for (size_t n = 0; n < most && n < 4096; n++)
    if (!((const char *)address)[n]) return (const char *)address;
  return 0;
}

/* The value of a dynamic entry, 0 when there is none (elf(5), DT_ tags). */
static uint64_t dynamic_value(const struct maps *m, const struct object *o, int64_t tag) {
  if (!readable_in(m, o->first, o->dynamic, o->dynamic_size)) return 0;
  for (size_t at = 0; at + sizeof(ELF(Dyn)) <= o->dynamic_size; at += sizeof(ELF(Dyn))) {
    const ELF(Dyn) *entry = (const ELF(Dyn) *)(o->dynamic + at);
    if (entry->d_tag == DT_NULL) return 0;
    if (entry->d_tag == tag) return entry->d_un.d_val;
  }
  return 0;
}

/* glibc relocates the addresses of the dynamic section in place; other loaders leave them as linked. */
static uintptr_t dynamic_address(const struct maps *m, const struct object *o, int64_t tag) {
  uintptr_t address = dynamic_value(m, o, tag);
  if (address && !readable_in(m, o->first, address, 1)) address += o->base;
  return address && readable_in(m, o->first, address, 1) ? address : 0;
}

static void read_soname(const struct maps *m, struct object *o) {
  uintptr_t strings = dynamic_address(m, o, DT_STRTAB), name = dynamic_value(m, o, DT_SONAME);
  if (strings && name) o->soname = bounded_string(m, o->first, strings + name);
}

static void read_build_id(const struct maps *m, struct object *o, uintptr_t notes, size_t size) {
  if (!readable_in(m, o->first, notes, size)) return;
  for (size_t at = 0; at + sizeof(ELF(Nhdr)) <= size;) {
    const ELF(Nhdr) *note = (const ELF(Nhdr) *)(notes + at);
    size_t name = at + sizeof *note, text = name + ((note->n_namesz + 3u) & ~3u);
    size_t next = text + ((note->n_descsz + 3u) & ~3u);
    if (next > size || next <= at) return;
    if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && bytes_equal((void *)(notes + name), "GNU", 4)) {
      o->build_id = (const unsigned char *)(notes + text);
      o->build_id_length = note->n_descsz;
      return;
    }
    at = next;
  }
}

/*
 * st_dev as the rest of the system sees it: on btrfs and overlays /proc/self/maps shows another device than stat(2), one
 * without a major number (get_anon_bdev, fs/super.c), on every kernel that can be asked.
 */
static void read_device(const struct maps *m, struct object *o) {
  struct stat st;
  o->major = o->first->major;
  o->minor = o->first->minor;
  if (m->is_queried && o->major != 0) return;
  if (SYS4(__NR_newfstatat, AT_FDCWD, o->first->path, &st, 0) != 0 || st.st_ino != o->first->inode) return;
  o->major = ((st.st_dev >> 8) & 0xfff) | ((st.st_dev >> 32) & ~0xfffull);
  o->minor = (st.st_dev & 0xff) | ((st.st_dev >> 12) & ~0xffull);
}

/* 1 and `o` filled when mapping `index` is where an ELF object begins. */
static int read_object(const struct maps *m, int index, struct object *o) {
  const struct mapping *first = &m->list[index];
  if (first->offset != 0 || !first->readable || first->end - first->start < sizeof(ELF(Ehdr))) return 0;
  const ELF(Ehdr) *header = (const ELF(Ehdr) *)first->start;
  if (!bytes_equal(header->e_ident, ELFMAG, SELFMAG) || header->e_ident[EI_CLASS] != OWN_CLASS) return 0;
  size_t table = (size_t)header->e_phnum * sizeof(ELF(Phdr));
  if (header->e_phentsize != sizeof(ELF(Phdr)) || !readable_in(m, first, first->start + header->e_phoff, table)) return 0;

  *o = (struct object){.first = first, .base = first->start};
  const ELF(Phdr) *segment = (const ELF(Phdr) *)(first->start + header->e_phoff);
  for (int i = 0; i < header->e_phnum; i++)
    if (segment[i].p_type == PT_LOAD) {
      o->base = first->start - (segment[i].p_vaddr - segment[i].p_offset);
      break;
    }
  read_device(m, o);
  for (int i = 0; i < header->e_phnum; i++) {
    uintptr_t address = o->base + segment[i].p_vaddr;
    if (segment[i].p_type == PT_DYNAMIC) o->dynamic = address, o->dynamic_size = segment[i].p_memsz;
    if (segment[i].p_type == PT_NOTE && !o->build_id) read_build_id(m, o, address, segment[i].p_memsz);
  }
  if (o->dynamic) read_soname(m, o);
  return 1;
}

#endif
