#define _GNU_SOURCE
#include <dlfcn.h>

#include "lc_dispatch.h"

// Blocks without a compiler that knows them: see Clang's "Block Implementation Specification".

// Swift's half: see `DispatchHandlers.swift`.
void lc_handler_keep(void *handler);
void lc_handler_give_up(void *handler);
void lc_handler_run(void *handler, uintptr_t a, uintptr_t b, uintptr_t c);

static void invoke(lc_block *self, uintptr_t a, uintptr_t b, uintptr_t c) {
  lc_handler_run(self->handler, a, b, c);
}

static void copy(lc_block *to, const lc_block *from) {
  (void)to;
  lc_handler_keep(from->handler);
}

static void dispose(const lc_block *self) { lc_handler_give_up(self->handler); }

static const struct {
  unsigned long reserved, size;
  void (*copy)(lc_block *to, const lc_block *from);
  void (*dispose)(const lc_block *self);
} description = {0, sizeof(lc_block), copy, dispose};

#define HAS_COPY_AND_DISPOSE (1 << 25)

lc_block lc_handler_block(void *handler) {
  static void *stack_block = 0;
  void *isa = __atomic_load_n(&stack_block, __ATOMIC_RELAXED);
  if (isa == 0) {
    isa = dlsym(RTLD_DEFAULT, "_NSConcreteStackBlock");
    __atomic_store_n(&stack_block, isa, __ATOMIC_RELAXED);
  }
  return (lc_block){isa, HAS_COPY_AND_DISPOSE, 0, invoke, &description, handler};
}
