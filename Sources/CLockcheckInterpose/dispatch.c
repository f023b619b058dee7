#define _GNU_SOURCE
#include "lc_dispatch.h"

#include <dlfcn.h>

lc_dispatch_functions lc_dispatch;

void lc_resolve_dispatch(void) {
#define X(result, name, parameters, arguments)                                \
  {                                                                           \
    void *found = dlsym(RTLD_NEXT, #name);                                    \
    __atomic_store_n((void **)&lc_dispatch.name, found, __ATOMIC_RELEASE);    \
  }
  LC_DISPATCH_FUNCTIONS(X)
#undef X
}

void *lc_dispatch_main_queue(void) { return dlsym(RTLD_DEFAULT, "_dispatch_main_q"); }
void *lc_dispatch_concurrent(void) {
  return dlsym(RTLD_DEFAULT, "_dispatch_queue_attr_concurrent");
}
