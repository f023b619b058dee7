import Lockcheck

enum Upgrade: Kernel {
  static let about = About(
    "upgrade", "two readers both ask to write", source: "the pattern of a cache that fills itself",
    ways: [.hanging, .mended, .otherwise])

  static func run(_ way: Way) throws {
    let cache = RWLock(name: "cache")
    let value = Shared<Int?>(nil, name: "value")
    let both = Cue()
    @Sendable func fill(_ number: Int) {
      if way == .mended {
        guard cache.withSharedLock({ value.load() }) == nil else { return }
        return cache.withLock { if value.load() == nil { value.store(number) } }
      }
      if way == .otherwise {
        // Writes only if it is alone by then.
        return cache.withSharedLock {
          if value.load() == nil, cache.lockIfAvailable() {
            value.store(number)
            cache.unlock()
          }
        }
      }
      cache.withSharedLock {
        both.meet()
        if value.load() == nil { cache.withLock { value.store(number) } }
      }
    }
    together(
      CheckedThread(name: "one") { fill(1) }, CheckedThread(name: "two") { fill(2) })
  }
}
