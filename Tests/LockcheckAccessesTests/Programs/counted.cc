// A block with a count of those who use it; who is the last gives it back. With FOREIGN another library counts,
// and gives it back by a jump, as its last act: nobody sees by what it is ordered.
#include <cstdlib>
#include <thread>

struct Block {
  int users;
  long value;
};
static_assert(sizeof(Block) == 16);

#ifdef FOREIGN
extern "C" void foreign_release(int *users);
static void release(Block *block) { foreign_release(&block->users); }
#else
static void release(Block *block) {
  if (__atomic_sub_fetch(&block->users, 1, __ATOMIC_ACQ_REL) == 0) free(block);
}
#endif

static void use(Block *block, bool isFirst) {
  if (isFirst) block->value = 1;
  release(block);
}

int main() {
  for (int i = 0; i < 20; i++) {
    Block *block = static_cast<Block *>(calloc(1, sizeof *block));
    block->users = 2;
    std::thread first(use, block, true);
    std::thread second(use, block, false);
    first.join();
    second.join();
  }
  return 0;
}
