#ifndef LC_SYMBOLS_H
#define LC_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

/// The function that an address lies in.
typedef struct lc_symbol {
  /// As the linker knows it; null where that is not known.
  const char *name;
  /// From the beginning of the function, or of the module where that is not known.
  uintptr_t offset;
  /// The file that it was loaded from; null where that is not known.
  const char *module;
} lc_symbol;

/// Looks the address up in the symbol tables of the program file, or of the library that it lies in.
/// Under the lock of the live checks.
lc_symbol lc_symbol_at(uintptr_t address);

/// The readable form of a Swift name, to be freed; null where it is none.
char *lc_demangle(const char *name);

#endif
