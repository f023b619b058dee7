// Two threads use parts of one word that lie next to each other. With OVERLAP one of them also writes what
// the other has.
#include <cstring>
#include <thread>

struct Parts {
  char left, right;
  short both;
  int rest;
};

static Parts *parts;

int main() {
  parts = new Parts;
  std::memset(parts, 0, sizeof *parts);
  std::thread first([] {
    for (int i = 0; i < 10; i++) parts->left++, parts->rest++;
  });
  std::thread second([] {
    for (int i = 0; i < 10; i++) parts->right++, parts->both++;
#ifdef OVERLAP
    int all = 7;
    std::memcpy(&parts->rest, &all, sizeof all);
#endif
  });
  first.join();
  second.join();
  Parts copy = *parts;
  delete parts;
  return copy.left != 10 || copy.right != 10;
}
