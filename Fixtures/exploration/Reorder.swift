import Lockcheck

extension ExplorationProgram {
  /// SCTBench's `CS/reorder_*`: each setter writes one variable after the other, and a checker sees the
  /// first written and the second not. With many setters the moment passes once and does not come again.
  static func reorder(setters: Int, checkers: Int) -> ExplorationProgram {
    let name = "reorder_\(setters + checkers)"
    return ExplorationProgram(
      name, origin: "SCTBench CS/\(name)_bad",
      bug: "a checker comes between the first two writes of \(setters) setters", .check
    ) { isMended in
      let a = Shared(0, name: "a")
      let b = Shared(0, name: "b")
      let lock = isMended ? Lock(name: "both") : nil
      let set = threads(setters, "set") { _ in
        lock?.lock()
        a.store(1)
        b.store(-1)
        lock?.unlock()
      }
      let check = threads(checkers, "check") { _ in
        lock?.lock()
        defer { lock?.unlock() }
        guard a.load() == 0 && b.load() == 0 || a.load() == 1 && b.load() == -1 else {
          throw Broken("one of the two is set")
        }
      }
      try together(set + check)
    }
  }
}
