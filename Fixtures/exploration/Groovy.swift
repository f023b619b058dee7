import Lockcheck

extension ExplorationProgram {
  /// JaConTeBe's `Groovy3495`: threads that load one class each find that it is not yet loaded.
  static let groovy3495 = ExplorationProgram(
    "groovy3495", origin: "JaConTeBe Groovy3495: RootLoader.loadClass",
    bug: "a class is looked for and defined in two steps", .check
  ) { isMended in
    let lock = isMended ? Lock(name: "loader") : nil
    let isDefined = SharedAtomic(false, name: "defined")
    let custom = Shared([String](), name: "custom classes")
    let loaders = threads(3, "load") { _ in
      lock?.lock()
      defer { lock?.unlock() }
      if isDefined.load() || custom.load().contains("Bindable") { return }
      guard !isDefined.exchange(true) else { throw Broken("a class is defined twice") }
    }
    try together(loaders)
  }

  /// JaConTeBe's `Groovy4292`: a node is in the cache before it is complete.
  static let groovy4292 = ExplorationProgram(
    "groovy4292", origin: "JaConTeBe Groovy4292: ClassHelper.makeCached",
    bug: "a node is published, then completed", .check
  ) { isMended in
    let count = 4
    let cache = SharedAtomic<Int?>(nil, name: "cache")
    let isComplete = (0..<count).map { Shared(false, name: "node \($0)") }
    let makers = threads(count, "make") { number in
      if let node = cache.load() {
        guard isComplete[node].load() else { throw Broken("node \(node) is not complete") }
        return
      }
      if isMended { isComplete[number].store(true) }
      cache.store(number)
      if !isMended { isComplete[number].store(true) }
    }
    try together(makers)
  }

  /// JaConTeBe's `Groovy6068`: each of two threads puts another standard input in place of what it found,
  /// and what it found back; the last one found the other's.
  static let groovy6068 = ExplorationProgram(
    "groovy6068", origin: "JaConTeBe Groovy6068: AntBuilder and System.in",
    bug: "what is saved and put back is another thread's", .check
  ) { isMended in
    let lock = isMended ? Lock(name: "input.lock") : nil
    let input = Shared(0, name: "System.in")
    let builders = threads(2, "build") { number in
      lock?.lock()
      let saved = input.load()
      input.store(number + 1)
      input.store(saved)
      lock?.unlock()
    }
    try together(builders)
    guard input.load() == 0 else { throw Broken("the input is still a builder's") }
  }

  /// JaConTeBe's `Groovy6456`: threads share one matcher, which is set to a text, then used.
  static let groovy6456 = ExplorationProgram(
    "groovy6456", origin: "JaConTeBe Groovy6456: AbstractHttpServlet.applyResourceNameMatcher",
    bug: "a shared matcher is reset while another thread replaces", .check
  ) { isMended in
    let lock = isMended ? Lock(name: "matcher.lock") : nil
    let text = Shared(-1, name: "text")
    let position = Shared(0, name: "position")
    let servlets = threads(2, "serve") { number in
      lock?.lock()
      defer { lock?.unlock() }
      text.store(number)
      position.store(0)
      position.store(1)
      guard text.load() == number, position.load() == 1 else { throw Broken("no match available") }
    }
    try together(servlets)
  }
}
