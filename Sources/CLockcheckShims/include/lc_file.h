#ifndef LC_FILE_H
#define LC_FILE_H

#include <stddef.h>
#include <stdint.h>

/// A trace file that is being written.
///
/// Its descriptor has a high number, so that the program gets the numbers that it would get without it,
/// and it may be gone at any time: programs close what they do not know. Nothing is done to a descriptor
/// before it has been looked at: another file may have its number by now. Then the file is opened again.
typedef struct lc_file lc_file;

/// Opens a trace file for this process alone, empty. Null, and an error number in `*error`: EWOULDBLOCK
/// where another recording writes to it.
lc_file *lc_file_make(const char *path, int *error);
/// Makes the file reach to `offset + bytes`, on the disk too. 0 or an error number. Never raises
/// SIGXFSZ.
int lc_file_extend(lc_file *file, uint64_t offset, uint64_t bytes);
/// Maps a part of the file that nothing was written to, shared, kept from children, all of it in memory.
/// Null where that fails. Never raises SIGXFSZ.
void *lc_file_map(lc_file *file, uint64_t offset, size_t bytes);
/// As `lc_file_map`, of a part that holds something, and goes on holding it.
void *lc_file_map_again(lc_file *file, uint64_t offset, size_t bytes);
/// Cuts the file and closes it, and gives the structure back. 0 or an error number.
int lc_file_close(lc_file *file, uint64_t length);
/// Closes the descriptor and leaves the file alone, for the child of a fork. Safe in a signal handler.
void lc_file_abandon(lc_file *file);

#endif
