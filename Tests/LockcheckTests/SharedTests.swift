import Lockcheck
import Testing

private final class Account {
  @Shared var balance = 10
  @Shared(name: "owner") var owner = "nobody"

  var variable: Shared<Int> { $balance }
  var ownerName: String? { $owner.name }
}

@Suite struct `A shared variable` {
  @Test func `is loaded, stored and modified`() {
    let variable = Shared(1, name: "x")
    #expect(variable.load() == 1)
    variable.store(2)
    let old = variable.modify { value in
      defer { value += 40 }
      return value
    }
    #expect(old == 2)
    #expect(variable.load() == 42)
    #expect(variable.name == "x")
  }

  @Test func `wraps a property`() {
    let account = Account()
    account.balance += 5
    #expect(account.balance == 15)
    #expect(account.variable.load() == 15)
    #expect(account.ownerName == "owner")
  }

  @Test func `keeps what a body changed before it threw`() {
    struct Refusal: Error {}
    let variable = Shared([1])
    #expect(throws: Refusal.self) {
      try variable.modify { (value: inout [Int]) throws(Refusal) in
        value.append(2)
        throw Refusal()
      }
    }
    #expect(variable.load() == [1, 2])
  }

  @Test func `may be touched while it is modified`() {
    let variable = Shared(1)
    variable.modify { $0 += variable.load() }
    #expect(variable.load() == 2)
  }

  @Test func `is whole after a race, though updates may be lost`() {
    let list = Shared<[Int]>([])
    let threads = (0..<4).map { number in
      started { for item in 0..<300 { list.modify { $0.append(number * 1000 + item) } } }
    }
    #expect(end(threads))
    let items = list.load()
    #expect(!items.isEmpty && items.count <= 1200)
    #expect(Set(items).count == items.count)
  }

  @Test func `may touch itself in the end of the value that is replaced`() {
    final class Item: Sendable {
      let end: @Sendable () -> Void
      init(_ end: @escaping @Sendable () -> Void) { self.end = end }
      deinit { end() }
    }
    let loaded = SharedAtomic(0)
    let variable = Shared<Item?>(nil)
    variable.store(Item { [weak variable] in loaded.store(variable?.load() == nil ? 1 : 2) })
    variable.store(nil)
    #expect(loaded.load() == 1)
  }
}

@Suite struct `An atomic variable` {
  @Test func `loses no update`() {
    let count = SharedAtomic(0)
    let threads = (0..<4).map { _ in started { for _ in 0..<2000 { count.wrappingAdd(1) } } }
    #expect(end(threads))
    #expect(count.load() == 8000)
  }

  @Test func `is exchanged, compared and updated`() {
    let value = SharedAtomic("a", name: "letter")
    #expect(value.exchange("b") == "a")
    #expect(value.compareExchange(expected: "a", desired: "c") == (false, "b"))
    #expect(value.compareExchange(expected: "b", desired: "c") == (true, "b"))
    value.update { $0 += "d" }
    #expect(value.load() == "cd")
    value.store("e")
    #expect(value.load() == "e")
    #expect(value.name == "letter")
  }

  @Test func `wraps around`() {
    let value = SharedAtomic<UInt8>(255)
    #expect(value.wrappingAdd(1) == 0)
  }
}
