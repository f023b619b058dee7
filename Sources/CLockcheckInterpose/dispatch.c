#define _GNU_SOURCE
#include "lc_dispatch.h"

#include <dlfcn.h>
#include <link.h>

lc_dispatch_functions lc_dispatch;

/// The code of libdispatch; empty until it is known.
static uintptr_t code_low = UINTPTR_MAX, code_high = 0;

static int find_code(struct dl_phdr_info *info, size_t size, void *inside) {
  (void)size;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *header = &info->dlpi_phdr[i];
    uintptr_t low = info->dlpi_addr + header->p_vaddr, high = low + header->p_memsz;
    if (header->p_type != PT_LOAD || !(header->p_flags & PF_X)) continue;
    if ((uintptr_t)inside < low || (uintptr_t)inside >= high) continue;
    __atomic_store_n(&code_high, high, __ATOMIC_RELEASE);
    __atomic_store_n(&code_low, low, __ATOMIC_RELEASE);
    return 1;
  }
  return 0;
}

bool lc_is_in_dispatch(uintptr_t address) {
  return address >= __atomic_load_n(&code_low, __ATOMIC_RELAXED) && address < __atomic_load_n(&code_high, __ATOMIC_RELAXED);
}

void lc_find_dispatch(void) {
  if (dlsym(RTLD_NEXT, "dispatch_async_f") != 0) lc_resolve_dispatch();
}

void lc_resolve_dispatch(void) {
#define X(result, name, parameters, arguments)                                \
  {                                                                           \
    void *found = dlsym(RTLD_NEXT, #name);                                    \
    __atomic_store_n((void **)&lc_dispatch.name, found, __ATOMIC_RELEASE);    \
  }
  LC_DISPATCH_FUNCTIONS(X)
#undef X
  dl_iterate_phdr(find_code, (void *)lc_dispatch.dispatch_async_f);
}

void *lc_dispatch_main_queue(void) { return dlsym(RTLD_DEFAULT, "_dispatch_main_q"); }
void *lc_dispatch_concurrent(void) {
  return dlsym(RTLD_DEFAULT, "_dispatch_queue_attr_concurrent");
}

#define X(name, parameters, arguments)                                    \
  void lc_hand_over_##name parameters {                                   \
    static void(*real) parameters = 0;                                    \
    if (real == 0) *(void **)&real = dlsym(RTLD_NEXT, #name);             \
    real arguments;                                                       \
  }
LC_BLOCK_FUNCTIONS(X)
#undef X

uint64_t lc_next_item(void) {
  static uint64_t last = 0;
  return __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
}

#define LC_NOTED 256
static void *noted[LC_NOTED];

void lc_note_pointer(void *pointer) {
  for (int i = 0; i < LC_NOTED; i++) {
    void *known = 0;
    if (__atomic_compare_exchange_n(
            &noted[i], &known, pointer, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED) ||
        known == pointer)
      return;
  }
}

bool lc_pointer_is_noted(void *pointer) {
  for (int i = 0; i < LC_NOTED; i++) {
    void *known = __atomic_load_n(&noted[i], __ATOMIC_ACQUIRE);
    if (known == 0 || known == pointer) return known == pointer;
  }
  return false;
}
