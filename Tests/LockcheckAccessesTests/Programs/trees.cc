// Trees and lists of the C++ library against plain ones, by what they hold and by the library's own check of how its
// nodes are linked. The argument is the seed.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <list>
#include <random>
#include <set>
#include <vector>

using Tree = std::_Rb_tree<int, int, std::_Identity<int>, std::less<int>>;

static void check(bool is_right, const char *what) {
  if (is_right) return;
  printf("wrong: %s\n", what);
  exit(0);
}

static void trees(std::mt19937 &random) {
  Tree tree;
  std::vector<int> plain;
  for (int step = 0; step < 4000; step++) {
    int value = (int)(random() % (step < 2000 ? 400 : 40));
    auto place = std::lower_bound(plain.begin(), plain.end(), value);
    bool has = place != plain.end() && *place == value;
    if (random() % 2 == 0) {
      tree._M_insert_unique(value);
      if (!has) plain.insert(place, value);
    } else {
      tree.erase(value);
      if (has) plain.erase(place);
    }
    check(tree.__rb_verify(), "the tree");
    check(tree.size() == plain.size() && std::equal(tree.begin(), tree.end(), plain.begin()), "forwards");
    check(std::equal(tree.rbegin(), tree.rend(), plain.rbegin()), "backwards");
    const Tree &constant = tree;
    check(std::distance(constant.begin(), constant.end()) == (long)plain.size(), "constant");
  }
  while (!plain.empty()) {
    tree.erase(plain.back());
    plain.pop_back();
    check(tree.__rb_verify() && tree.size() == plain.size(), "to the end");
  }
}

static void lists(std::mt19937 &random) {
  std::list<int> list, other;
  std::vector<int> plain, second;
  for (int step = 0; step < 4000; step++) {
    int value = (int)(random() % 1000);
    size_t at = plain.empty() ? 0 : random() % plain.size();
    switch (random() % 7) {
    case 0:
    case 1: list.insert(std::next(list.begin(), (long)at), value), plain.insert(plain.begin() + (long)at, value); break;
    case 2:
      if (plain.empty()) break;
      list.erase(std::next(list.begin(), (long)at)), plain.erase(plain.begin() + (long)at);
      break;
    case 3: list.reverse(), std::reverse(plain.begin(), plain.end()); break;
    case 4: list.swap(other), plain.swap(second); break;
    case 5:
      other.splice(other.begin(), list, std::next(list.begin(), (long)at), list.end());
      second.insert(second.begin(), plain.begin() + (long)at, plain.end());
      plain.erase(plain.begin() + (long)at, plain.end());
      break;
    case 6:
      list.sort();
      std::sort(plain.begin(), plain.end());
      break;
    }
    check(std::equal(list.begin(), list.end(), plain.begin(), plain.end()), "forwards");
    check(std::equal(list.rbegin(), list.rend(), plain.rbegin(), plain.rend()), "backwards");
    check(std::equal(other.rbegin(), other.rend(), second.rbegin(), second.rend()), "the other");
    if (plain.size() > 200) list.clear(), plain.clear();
  }
}

int main(int, char **arguments) {
  std::mt19937 random((unsigned)atoi(arguments[1]));
  trees(random);
  lists(random);
  printf("right\n");
}
