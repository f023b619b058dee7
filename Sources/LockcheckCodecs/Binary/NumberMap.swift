/// From the numbers that a file uses to rows and identifiers: an array where they are dense, a
/// dictionary beyond.
struct NumberMap {
  /// Not in the file.
  static let undeclared = UInt32.max
  /// Set in the value of a number that has a row and no identifier yet.
  static let isRow: UInt32 = 0x8000_0000

  private var direct: [UInt32] = []
  private var sparse: [UInt32: UInt32] = [:]
  private var count = 0

  /// What the number stands for.
  @inline(__always) subscript(number: UInt32) -> UInt32 {
    get {
      Int(number) < direct.count ? direct[Int(number)] : sparse[number] ?? Self.undeclared
    }
    set {
      if Int(number) < direct.count {
        direct[Int(number)] = newValue
        return
      }
      count += 1
      // No more memory than a small multiple of the rows, whatever number a damaged file has.
      guard Int(number) < 4096 + 8 * count else {
        sparse[number] = newValue
        return
      }
      let old = direct.count
      direct.append(contentsOf: repeatElement(Self.undeclared, count: Int(number) + 1 - old))
      if !sparse.isEmpty {
        for index in old..<direct.count {
          if let kept = sparse.removeValue(forKey: UInt32(index)) { direct[index] = kept }
        }
      }
      direct[Int(number)] = newValue
    }
  }
}
