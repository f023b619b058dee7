// The one function that is used, as a type. The library itself is loaded with RTLD_LOCAL, never
// linked, because a linked libunwind replaces `backtrace` and `_Unwind_*` for the whole process; and
// its headers are not included, so that the package builds on a machine that does not have them.
#ifndef LC_LIBUNWIND_SHIM_H
#define LC_LIBUNWIND_SHIM_H

/// `unw_backtrace`: stores up to `size` return addresses, innermost first, and returns how many.
typedef int (*lc_unw_backtrace)(void **buffer, int size);

#endif
