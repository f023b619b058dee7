#ifndef LC_DESCRIPTORS_H
#define LC_DESCRIPTORS_H

#include <stdint.h>

// File descriptors as variables: whoever makes or closes one writes it, whoever uses it reads it. Only those that
// instrumented code has made, and as long as they stand for the same file.

/// The function with this frame is about to use it.
void lc_descriptor_used(int fd, uintptr_t frame);
/// The function with this frame is about to close it.
void lc_descriptor_ends(int fd, uintptr_t frame);

/// `onto` stands for what `fd` does from now on, if the call of the system with this result went well; returns that.
int lc_descriptor_replaced(int fd, int onto, int result, uintptr_t frame);

#endif
