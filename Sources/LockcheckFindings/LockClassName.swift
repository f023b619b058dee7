public import LockcheckTrace

/// What makes two locks of one run the same sort of lock: what is learned of the order of one may hold for
/// the other.
public struct LockClassName: Sendable, Hashable {
  /// By what they are recognised, the surest first.
  public enum Basis: Sendable, Hashable {
    /// The program says so.
    case declared(String)
    /// One place of the code made them.
    case place(ObjectKind, function: String?, file: String?, line: Int?)
    /// The program calls them the same, and the trace does not say where they were made.
    case name(ObjectKind, String)
  }

  /// By what.
  public let basis: Basis
  /// The level, where one is declared: locks of different levels are not alike.
  public let level: UInt64?
}

extension TraceTables {
  /// The class of a lock: the declared one, else the place that made it, else its kind and name.
  ///
  /// - Returns: Nil for a lock that is like no other: static data, or nothing of all that is known. Frames have to be
  ///   resolved before.
  public func lockClass(of lock: ObjectID) -> LockClassName? {
    guard lock.isPresent, lock.index < objects.count else { return nil }
    let details = objects.details.isEmpty ? ObjectDetails() : objects[lock]
    let kind = objects.kind(of: lock)
    var basis: LockClassName.Basis?
    if let name = details.declaredClass {
      basis = .declared(name)
    } else if details.module != nil {
      // Static data is there once, whoever used it first.
      return nil
    } else if let site = birthplace(of: lock) {
      let isNamed = site.function != nil || site.file != nil
      basis = .place(
        kind, function: isNamed ? site.function : site.place, file: site.file, line: site.line)
    } else if let name = objects.name(of: lock), !name.isEmpty {
      basis = .name(kind, name)
    }
    return basis.map { LockClassName(basis: $0, level: details.level) }
  }
}
