// Threads use a variable that is initialized by whoever comes first; a class with virtual functions and a
// shared pointer go from hand to hand.
#include <memory>
#include <string>
#include <thread>
#include <vector>

struct Shape {
  virtual ~Shape() = default;
  virtual int corners() const { return 0; }
};
struct Square : Shape {
  std::string name = "square, by a name that is too long to lie in the string itself";
  int corners() const override { return name.empty() ? 0 : 4; }
};

static const std::vector<int> &table() {
  static std::vector<int> numbers(100, 1);
  return numbers;
}

int main() {
  std::vector<std::thread> threads;
  std::shared_ptr<Shape> shape = std::make_shared<Square>();
  int sums[4] = {};
  for (int i = 0; i < 4; i++)
    threads.emplace_back([shape, i, &sums] {
      for (int number : table()) sums[i] += number;
      sums[i] += shape->corners();
    });
  shape.reset();
  for (std::thread &thread : threads) thread.join();
  return sums[0] + sums[1] + sums[2] + sums[3] != 416;
}
