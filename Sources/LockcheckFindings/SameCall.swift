public import LockcheckTrace

extension TraceTables {
  /// Whether two stacks can be of one call of a function, and `later` of a place further down in it than
  /// `earlier`.
  ///
  /// So it is where the innermost frames worth showing are in one function, the later one on a later
  /// line, and all frames outside them are the same. What a stack does not tell counts against it:
  /// without functions and lines the answer is no.
  ///
  /// - Returns: Nil where it takes the names of frames that have not been looked up. The stacks then
  ///   differ in one return address, which is as much as addresses say; where they say otherwise, it is
  ///   false already.
  /// - Complexity: O(frames of the two stacks).
  public func isFurtherDown(_ later: StackID, than earlier: StackID) -> Bool? {
    guard earlier.isPresent, later.isPresent, earlier != later else { return false }
    let (above, below) = (frames(of: earlier), frames(of: later))
    // Of a library of the system no name may ever be known; the program's own are what counts.
    if above.allSatisfy({ $0.function == nil }), above.contains(where: \.isUnresolved) {
      guard above.count == below.count else { return false }
      return zip(above, below).count { $0 != $1 } == 1 ? nil : false
    }
    return Self.isFurtherDown(below.telling, than: above.telling)
  }

  private static func isFurtherDown(_ below: [Frame], than above: [Frame]) -> Bool {
    guard let function = above.first?.function, function == below.first?.function,
      above.first?.file == below.first?.file,
      let line = above.first?.line, let laterLine = below.first?.line, line < laterLine
    else { return false }
    return above.dropFirst().map(\.site) == below.dropFirst().map(\.site)
  }
}

extension Frame {
  /// The place in the program, as far as a person can tell it from others. Inlined calls have an address
  /// for each place that they were inlined to.
  fileprivate var site: [String] {
    [function ?? "", file ?? "", line.map(String.init) ?? address.map { "\($0)" } ?? ""]
  }
}

extension Finding {
  /// Whether what it says of one function is so, now that names have been looked up; true of findings
  /// that say nothing of the kind.
  func keepsToOneFunction(in tables: TraceTables) -> Bool {
    guard case .split(let lock) = reason, let first = steps.first, let last = steps.last
    else { return true }
    func site(_ step: Step) -> StackID {
      step.holding.first { $0.object == lock }?.stack ?? .absent
    }
    return tables.isFurtherDown(site(last), than: site(first)) ?? false
  }
}
