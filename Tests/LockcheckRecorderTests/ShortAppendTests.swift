import CLockcheckShims
import LockcheckCodecs
import Testing

/// The way of a plain access into a chunk that is written in C, against what the binary form says.
@Suite struct `The short way of an access into a chunk` {
  @Test func `goes by the sizes of the binary form`() {
    #expect(Int(LC_CHUNK_HEADER) == BinaryFormat.Chunk.size)
    #expect(Int(LC_LONGEST_EVENT) == BinaryFormat.longestEvent)
  }

  @Test func `knows a stack by the bytes that it takes, as far as there are three`() {
    #expect(lc_place(0) == 1 << 24)
    #expect(lc_place(1) == 1 << 24 | 2)
    #expect(lc_place(127) == 2 << 24 | 0x0180)
    #expect(lc_place((1 << 21) - 2) == 3 << 24 | 0x7F_FFFF)
    #expect(lc_place((1 << 21) - 1) == 0)
    #expect(lc_place(.max - 1) == 0)
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func `writes what can be read again`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    // Of every length alike.
    func number(_ bits: Int) -> UInt64 {
      random.next() >> UInt64(64 - Int.random(in: 1...bits, using: &random))
    }
    let count = 2000
    let chunk = [UInt8](
      repeating: 0, count: Int(LC_CHUNK_HEADER) + (count + 1) * Int(LC_LONGEST_EVENT))
    let thread = UnsafeMutablePointer<lc_thread>.allocate(capacity: 1)
    let writer = UnsafeMutablePointer<lc_writer>.allocate(capacity: 1)
    let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: chunk.count)
    defer {
      unsafe thread.deallocate()
      unsafe writer.deallocate()
      unsafe bytes.deallocate()
    }
    unsafe thread.initialize(to: lc_thread())
    unsafe writer.initialize(to: lc_writer())
    unsafe bytes.initialize(from: chunk, count: chunk.count)
    unsafe writer.pointee.chunk = bytes
    unsafe writer.pointee.cursor = bytes + Int(LC_CHUNK_HEADER)

    var wanted: [[UInt64]] = []
    var stamp: UInt64 = 0
    for _ in 0..<count {
      // Mostly near each other, as what is short is.
      let distance = number([7, 14, 43].randomElement(using: &random)!) + 1
      let (object, stack) = (number(32), number(20))
      stamp += distance
      let operation = UInt8.random(in: 11...12, using: &random)
      unsafe lc_append_access(
        thread, writer, operation, stamp, UInt32(object), lc_place(UInt32(stack)))
      wanted.append([UInt64(operation), distance, object + 1, stack == 0 ? 0 : stack + 1])
    }
    #expect(unsafe thread.pointee.last == stamp)
    #expect(unsafe Int(writer.pointee.chunk_events) == count)

    let committed = unsafe UnsafeRawPointer(bytes).load(fromByteOffset: 24, as: UInt32.self)
    let written = unsafe Array(
      UnsafeBufferPointer(start: bytes + Int(LC_CHUNK_HEADER), count: Int(committed)))
    var rest = written[...]
    for (index, event) in wanted.enumerated() {
      let read = [UInt64(rest.removeFirst())] + (0..<3).map { _ in Self.number(&rest) }
      #expect(read == event, "seed \(seed), event \(index)")
      if read != event { return }
    }
    #expect(rest.isEmpty)
  }

  /// A number of seven bits a byte, read plainly.
  private static func number(_ bytes: inout ArraySlice<UInt8>) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while let byte = bytes.popFirst() {
      value |= UInt64(byte & 0x7F) << shift
      shift += 7
      if byte < 0x80 { break }
    }
    return value
  }
}
