// Types and constants only: the library itself is loaded with RTLD_LOCAL, never linked, because a
// linked libunwind replaces `backtrace` and `_Unwind_*` for the whole process.
#define UNW_LOCAL_ONLY
#include <libunwind.h>
