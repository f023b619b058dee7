/// A piece of text in a buffer, with its hash.
struct TextKey {
  let start: Int
  let length: Int
  let hash: UInt64
  /// The first eight bytes, with zeros where there are fewer.
  let head: UInt64

  /// Hashes `length` bytes from `start`; eight readable bytes have to follow them.
  @inline(__always) init(_ bytes: borrowing Span<UInt8>, from start: Int, length: Int) {
    var hash = Self.seed ^ UInt64(truncatingIfNeeded: length)
    var place = start
    var rest = length
    head = Self.word(bytes, at: start, length: length)
    while rest > 8 {
      hash = Self.mix(hash, Self.word(bytes, at: place, length: 8))
      place += 8
      rest -= 8
    }
    self.hash = Self.mix(hash, Self.word(bytes, at: place, length: rest))
    self.start = start
    self.length = length
  }

  /// Up to eight bytes as a number.
  @inline(__always) static func word(
    _ text: borrowing Span<UInt8>, at place: Int, length: Int
  ) -> UInt64 {
    // Within bounds, which is checked, and any eight bytes are a number.
    let word = unsafe UInt64(
      littleEndian: text.bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self))
    return length >= 8 ? word : word & ~(UInt64.max << UInt64(truncatingIfNeeded: length * 8))
  }

  @inline(__always) private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let product = (hash ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return product.high ^ product.low
  }

  /// Drawn once for a process, so that nobody can write a trace whose names all collide. Nothing that
  /// is put out depends on it.
  private static let seed = UInt64.random(in: 1 ... .max)
}

/// From names, as bytes, to numbers: found without making a string.
struct NameTable {
  private struct Entry {
    let hash: UInt64
    let head: UInt64
    let start: Int
    let length: Int
    var value: UInt32
  }

  /// Open addressing; places in `entries` plus one, 0 where free. A power of two, half full at most.
  private var slots: [UInt32] = [UInt32](repeating: 0, count: 16)
  private var entries: [Entry] = []
  private var text: [UInt8] = []

  /// The number of a name.
  @inline(__always) func find(_ key: TextKey, in bytes: borrowing Span<UInt8>) -> UInt32? {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: key.hash) & mask
    while true {
      let place = slots[slot]
      if place == 0 { return nil }
      let entry = entries[Int(place) - 1]
      if entry.hash == key.hash, entry.head == key.head, entry.length == key.length,
        key.length <= 8 || isEqual(entry, key, in: bytes)
      {
        return entry.value
      }
      slot = (slot + 1) & mask
    }
  }

  private func isEqual(_ entry: Entry, _ key: TextKey, in bytes: borrowing Span<UInt8>) -> Bool {
    for index in 8..<key.length where text[entry.start + index] != bytes[key.start + index] {
      return false
    }
    return true
  }

  /// Adds a name that is not there yet.
  mutating func insert(_ key: TextKey, in bytes: borrowing Span<UInt8>, value: UInt32) {
    let start = text.count
    for index in 0..<key.length { text.append(bytes[key.start + index]) }
    entries.append(
      Entry(hash: key.hash, head: key.head, start: start, length: key.length, value: value))
    if entries.count * 2 > slots.count {
      slots = [UInt32](repeating: 0, count: slots.count * 2)
      for index in entries.indices { occupy(entries[index].hash, index) }
    } else {
      occupy(key.hash, entries.count - 1)
    }
  }

  private mutating func occupy(_ hash: UInt64, _ index: Int) {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 { slot = (slot + 1) & mask }
    slots[slot] = UInt32(index + 1)
  }
}

extension NameTable {
  /// A table of known words, each with its place in `words` as its number.
  init(_ words: [String]) {
    self.init()
    for (index, word) in words.enumerated() { insert(word, value: UInt32(index)) }
  }

  /// The number of a name.
  func find(_ name: String) -> UInt32? {
    let bytes = Array(name.utf8) + [UInt8](repeating: 0, count: TextInput.padding)
    let length = bytes.count - TextInput.padding
    return find(TextKey(bytes.span, from: 0, length: length), in: bytes.span)
  }

  /// Adds a name that is not there yet.
  mutating func insert(_ name: String, value: UInt32) {
    let bytes = Array(name.utf8) + [UInt8](repeating: 0, count: TextInput.padding)
    let length = bytes.count - TextInput.padding
    insert(TextKey(bytes.span, from: 0, length: length), in: bytes.span, value: value)
  }

  /// Every name, in the order in which they were added.
  var all: [String] {
    entries.map { String(decoding: text[$0.start..<($0.start + $0.length)], as: UTF8.self) }
  }
}
