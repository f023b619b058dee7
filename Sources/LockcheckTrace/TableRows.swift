/// The rows of a table, by place, which can say what has changed.
///
/// An array in all but this: who keeps a second copy of a table that grows can ask now and then for
/// what is new in it, `takeChanges()`, so that the copy costs what the changes are and not what the
/// table is.
public struct TableRows<Row: Sendable & Equatable>: Sendable {
  @usableFromInline var rows: [Row] = []
  /// How many rows there were as changes were last taken; 0 where nobody takes any.
  @usableFromInline var known = 0
  /// Places of rows below `known` that have been replaced since.
  @usableFromInline var replaced: [Int] = []

  /// Makes an empty table.
  @inlinable public init() {}

  /// Makes a table of these rows.
  @inlinable public init(_ rows: some Sequence<Row>) { self.rows = Array(rows) }

  /// Adds a row.
  @inlinable public mutating func append(_ row: Row) { rows.append(row) }
}

extension TableRows: RandomAccessCollection, MutableCollection {
  /// The first place.
  @inlinable public var startIndex: Int { 0 }

  /// The place of the row that comes next.
  @inlinable public var endIndex: Int { rows.count }

  /// The row at a place.
  @inlinable public subscript(place: Int) -> Row {
    get { rows[place] }
    set {
      if place < known { replaced.append(place) }
      rows[place] = newValue
    }
  }
}

extension TableRows: ExpressibleByArrayLiteral {
  /// Makes a table of these rows.
  @inlinable public init(arrayLiteral elements: Row...) { rows = elements }
}

extension TableRows: Equatable {
  /// Whether the rows are equal; what is known of their changes does not count.
  @inlinable public static func == (a: Self, b: Self) -> Bool { a.rows == b.rows }
}

// MARK: - Changes

extension TableRows {
  /// What makes of a table as it was a table as it is.
  public struct Changes: Sendable {
    /// How many rows the table had.
    var known = 0
    /// The rows behind those.
    var new: [Row] = []
    /// Rows in the place of others.
    var replaced: [(place: Int, row: Row)] = []
  }

  /// What has changed since the last time, or since ``forgetChanges()``.
  ///
  /// - Complexity: Linear in the changes.
  mutating func takeChanges() -> Changes {
    // Not a slice, which would hold on to all rows, so that the next one would copy them.
    let changes = Changes(
      known: known, new: Array(rows[known...]), replaced: replaced.map { ($0, rows[$0]) })
    forgetChanges()
    return changes
  }

  /// Starts to take note of changes.
  mutating func forgetChanges() {
    known = rows.count
    if !replaced.isEmpty { replaced = [] }
  }

  /// Makes the changes that another copy has seen.
  mutating func apply(_ changes: Changes) {
    precondition(changes.known == rows.count)
    rows.append(contentsOf: changes.new)
    for change in changes.replaced { rows[change.place] = change.row }
  }
}

extension TableRows.Changes {
  func mapped(_ transform: (Row) -> Row) -> Self {
    Self(
      known: known, new: new.map(transform),
      replaced: replaced.map { ($0.place, transform($0.row)) })
  }
}
