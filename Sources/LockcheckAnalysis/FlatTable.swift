/// Rows in flat memory, addressed by place, growing as places are asked for.
///
/// What an array would be, without what it costs a hundred million times: a check for uniqueness and
/// the copy of a row at every change. Copies of the table share its rows; a detector keeps its own and
/// never hands it out.
@safe struct FlatTable<Row: BitwiseCopyable> {
  /// Gives the memory back.
  @safe private final class Owner {
    var base: UnsafeMutablePointer<Row>

    init(_ base: UnsafeMutablePointer<Row>) { unsafe self.base = base }

    deinit { unsafe base.deallocate() }
  }

  private let owner: Owner
  private var base: UnsafeMutablePointer<Row>
  private var capacity: Int
  private let blank: Row
  private(set) var count = 0

  /// Makes an empty table whose rows start as `blank`.
  init(blank: Row) {
    self.blank = blank
    capacity = 16
    unsafe base = Self.memory(for: 16)
    unsafe owner = Owner(base)
  }

  /// Memory that begins with a cache line: a row of 64 bytes is then never in two of them.
  @unsafe private static func memory(for count: Int) -> UnsafeMutablePointer<Row> {
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: count * MemoryLayout<Row>.stride, alignment: 64)
    return unsafe bytes.bindMemory(to: Row.self, capacity: count)
  }

  subscript(place: Int) -> Row {
    @inline(__always) unsafeAddress {
      precondition(UInt(bitPattern: place) < UInt(bitPattern: count))
      return unsafe UnsafePointer(base + place)
    }
    @inline(__always) unsafeMutableAddress {
      precondition(UInt(bitPattern: place) < UInt(bitPattern: count))
      return unsafe base + place
    }
  }

  /// Fetches the row at `place` from memory, if there is one, before it is needed.
  ///
  /// - Returns: A byte of it, so that the compiler cannot leave out the access.
  @inline(__always)
  func touch(_ place: Int) -> UInt8 {
    guard UInt(bitPattern: place) < UInt(bitPattern: count) else { return 0 }
    return unsafe UnsafeRawPointer(base + place).load(as: UInt8.self)
  }

  /// Makes sure that there is a row at `place`.
  @inline(__always)
  mutating func reach(_ place: Int) {
    if place >= count { grow(to: place + 1) }
  }

  /// Adds a row at the end.
  mutating func append(_ row: Row) {
    grow(to: count + 1)
    self[count - 1] = row
  }

  /// - Complexity: Constant for each row, amortized.
  private mutating func grow(to newCount: Int) {
    if newCount > capacity {
      capacity = max(newCount, capacity * 2)
      let larger = unsafe Self.memory(for: capacity)
      unsafe larger.update(from: base, count: count)
      unsafe base.deallocate()
      unsafe base = larger
      unsafe owner.base = larger
    }
    unsafe (base + count).initialize(repeating: blank, count: newCount - count)
    count = newCount
  }
}
