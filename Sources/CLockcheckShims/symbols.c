#define _GNU_SOURCE
#include "lc_symbols.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/// The C entry of Swift's runtime to its demangler.
char *swift_demangle(
    const char *name, size_t length, char *buffer, size_t *buffer_size, uint32_t flags)
    __attribute__((weak));

/// The full symbol table of the program file: what `dladdr` sees is only what it exports.
typedef struct table {
  const ElfW(Sym) *symbols;
  size_t count;
  const char *names;
  size_t names_size;
  uintptr_t bias;
} table;

/// Whether `count` things of `size` bytes at `offset` lie in a file of `length` bytes.
static int fits(uint64_t offset, uint64_t count, uint64_t size, uint64_t length) {
  return offset <= length && count <= (length - offset) / size;
}

static table load(void) {
  table result = {0};
  int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return result;
  struct stat info;
  uint8_t *file = MAP_FAILED;
  if (fstat(fd, &info) == 0 && (size_t)info.st_size >= sizeof(ElfW(Ehdr)))
    file = mmap(0, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  close(fd);
  if (file == MAP_FAILED) return result;
  uint64_t length = (uint64_t)info.st_size;
  const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)file;
  if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return result;
  if (!fits(header->e_shoff, header->e_shnum, sizeof(ElfW(Shdr)), length)) return result;
  const ElfW(Shdr) *sections = (const ElfW(Shdr) *)(file + header->e_shoff);
  for (size_t i = 0; i < header->e_shnum; i++) {
    const ElfW(Shdr) *section = &sections[i];
    if (section->sh_type != SHT_SYMTAB || section->sh_link >= header->e_shnum) continue;
    const ElfW(Shdr) *names = &sections[section->sh_link];
    if (!fits(section->sh_offset, section->sh_size, 1, length)) continue;
    if (!fits(names->sh_offset, names->sh_size, 1, length) || names->sh_size == 0) continue;
    if (file[names->sh_offset + names->sh_size - 1] != 0) continue;
    result.symbols = (const ElfW(Sym) *)(file + section->sh_offset);
    result.count = section->sh_size / sizeof(ElfW(Sym));
    result.names = (const char *)(file + names->sh_offset);
    result.names_size = names->sh_size;
  }
  return result;
}

static int find_bias(struct dl_phdr_info *info, size_t size, void *context) {
  (void)size;
  *(uintptr_t *)context = info->dlpi_addr;
  return 1;  // The program comes first.
}

/// The program's function that the address lies in; null where that is none.
static const ElfW(Sym) *find(const table *of, uintptr_t address) {
  for (size_t i = 0; i < of->count; i++) {
    const ElfW(Sym) *symbol = &of->symbols[i];
    if (ELF64_ST_TYPE(symbol->st_info) == STT_FUNC && symbol->st_name < of->names_size &&
        address >= symbol->st_value && address - symbol->st_value < symbol->st_size)
      return symbol;
  }
  return 0;
}

lc_symbol lc_symbol_at(uintptr_t address) {
  static table program;
  static int is_loaded = 0;
  if (!is_loaded) {
    program = load();
    dl_iterate_phdr(find_bias, &program.bias);
    is_loaded = 1;
  }
  const ElfW(Sym) *symbol = find(&program, address - program.bias);
  Dl_info info = {0};
  int is_known = dladdr((void *)address, &info);
  const char *module = is_known ? info.dli_fname : 0;
  if (symbol != 0)
    return (lc_symbol){
        program.names + symbol->st_name, address - program.bias - symbol->st_value, module};
  if (is_known && info.dli_sname != 0)
    return (lc_symbol){info.dli_sname, address - (uintptr_t)info.dli_saddr, module};
  return (lc_symbol){0, is_known ? address - (uintptr_t)info.dli_fbase : address, module};
}

char *lc_demangle(const char *name) {
  return swift_demangle ? swift_demangle(name, strlen(name), 0, 0, 0) : 0;
}
