#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lc_dispatch.h"
#include "lc_interpose.h"
#include "lc_system.h"

lc_real_functions lc_reals;
__thread int lc_tid __attribute__((tls_model("initial-exec"))) = 0;

static __thread bool is_resolving __attribute__((tls_model("initial-exec"))) = false;

/// As the linker binds it today: some functions have an older form of the same name, which some versions
/// of `dlsym` prefer. Nothing is asked for that is not there: the loader would allocate what it has to say of that,
/// and this may be an allocator's first call.
static void *find(const char *name) {
#if defined(__x86_64__)
  if (strncmp(name, "pthread_cond_", 13) == 0 && strcmp(name, "pthread_cond_clockwait") != 0)
    return dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2");
#endif
  return dlsym(RTLD_NEXT, name);
}

// Stores the same values whoever comes first, so no lock is needed.
void lc_resolve_reals(void) {
  if (is_resolving) return;
  is_resolving = true;
#define X(result, name, parameters, arguments)                                 \
  {                                                                            \
    void *found = find(#name);                                                 \
    __atomic_store_n((void **)&lc_reals.name, found, __ATOMIC_RELEASE);        \
  }
  LC_REAL_FUNCTIONS(X)
#undef X
  // What was not found is none of the program's business.
  dlerror();
  is_resolving = false;
}

/// Takes no lock, so that it can be asked in the middle of anything. Where the C library is too old to have
/// it, the locks of `libgcc_s` are recorded too.
extern int _dl_find_object(void *address, struct dl_find_object *found) __attribute__((weak));

bool lc_is_of_unwinders(uintptr_t address) {
  if (lc_is_in_unwinder(address)) return true;
  struct dl_find_object found;
  if (_dl_find_object == 0 || _dl_find_object((void *)address, &found) != 0) return false;
  const char *path = found.dlfo_link_map ? found.dlfo_link_map->l_name : 0;
  const char *slash = path ? strrchr(path, '/') : 0;
  return slash != 0 && strncmp(slash, "/libgcc_s.so", 12) == 0;
}

static void forget_tid(void) { lc_tid = 0; }

int lc_find_tid(void) { return lc_tid = (int)syscall(SYS_gettid); }

struct robust_entry {
  struct robust_entry *next;
};
struct robust_head {
  struct robust_entry list;
  long offset;
  struct robust_entry *pending;
};

pthread_mutex_t *lc_next_robust_mutex(pthread_mutex_t *previous) {
  struct robust_head *head = 0;
  size_t size = 0;
  if (syscall(SYS_get_robust_list, 0, &head, &size) != 0 || head == 0) return 0;
  struct robust_entry *next =
      previous == 0 ? head->list.next : (struct robust_entry *)previous->__data.__list.__next;
  // The lowest bit marks those with inheritance.
  next = (struct robust_entry *)((uintptr_t)next & ~(uintptr_t)1);
  if (next == 0 || next == &head->list) return 0;
  return (pthread_mutex_t *)((char *)next - offsetof(pthread_mutex_t, __data.__list.__next));
}

void lc_note_own_thread(void) {
  if (lc_is_recording() && lc_attach() != 0) lc_note_system_thread((uint32_t)lc_own_tid());
}

/// The module that the function is in.
static void *module_of(void *function) {
  Dl_info info;
  return function != 0 && dladdr(function, &info) != 0 ? info.dli_fbase : 0;
}

/// Whether the function is a jump to one that another module has: a program that asks for the address of a function has
/// that instead, for all modules.
static bool is_jump(void *function) {
  Dl_info info;
  ElfW(Sym) *symbol = 0;
  return function != 0 && dladdr1(function, &info, (void **)&symbol, RTLD_DL_SYMENT) != 0 && symbol != 0 &&
         symbol->st_shndx == SHN_UNDEF;
}

/// The module that has the function of this name, which is called where this library is not in front of it.
static void *provider(const char *name) {
  void *function = dlsym(RTLD_DEFAULT, name);
  if (is_jump(function) || lc_is_own_code((uintptr_t)function)) function = dlsym(RTLD_NEXT, name);
  return module_of(function);
}

/// Whether whoever makes memory here can also say how large it is: an allocator of the program's own that cannot
/// leaves the question to the C library, which knows nothing of its blocks.
static bool knows_sizes(void) { return provider("malloc") == provider("malloc_usable_size"); }

/// MemorySanitizer ends a program for memory that it has not seen being written, such as what this library writes.
static bool has_memory_sanitizer(void) { return dlsym(RTLD_DEFAULT, "__msan_init") != 0; }

__attribute__((constructor)) static void start(void) {
  // What loading took, and then what starting did.
  lc_give_back_code();
  lc_resolve_reals();
  if (!knows_sizes() || has_memory_sanitizer()) return;
  lc_find_dispatch();
  pthread_atfork(0, 0, forget_tid);
  lc_interposer_start();
  lc_note_own_thread();
  if (lc_is_recording() && lc_find_next_functions != 0) lc_find_next_functions();
  lc_follow_forks();
  lc_give_back_code();
  // Before the recording ends, which takes other code than it took so far.
  atexit(lc_give_back_code);
}
