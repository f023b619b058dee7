// Memory goes from thread to thread by the allocator alone: each has a new variable there. So do stacks and
// thread-local variables of threads that nobody joins.
#include <cstdlib>
#include <thread>

struct Item {
  int number;
  char text[20];
  long sum;
};

static thread_local int own;

static void use_items() {
  for (int i = 0; i < 200; i++) {
    Item *item = static_cast<Item *>(std::malloc(sizeof(Item)));
    item->number = i;
    for (char &c : item->text) c = static_cast<char>(i);
    item->sum = i;
    std::free(item);
  }
}

int main() {
  std::thread first(use_items), second(use_items);
  for (int i = 0; i < 50; i++)
    std::thread([] {
      own++;
      Item *item = new Item;
      item->sum = own;
      delete item;
    }).detach();
  first.join();
  second.join();
  Item *items[50];
  for (Item *&item : items) item = new Item();
  std::thread third([&] {
    for (Item *item : items) delete item;
    use_items();
  });
  third.join();
  use_items();
  return 0;
}
