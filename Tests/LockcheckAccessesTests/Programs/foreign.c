// Compiled as it is, into a library of its own: a count of users that is not seen.
#include <stdlib.h>

void foreign_release(int *users) {
  if (__atomic_sub_fetch(users, 1, __ATOMIC_ACQ_REL) == 0) free(users);
}
