import LockcheckTrace

/// A number over the steps taken so far: the thread, the operation, the mark of the object, and whether it was
/// a timeout. The same in every process.
///
/// Each step is mixed into all that came before (SplitMix64's finaliser), so that two schedules that differ
/// once look different at every later step, too, and a check that misses by chance, one time in 64, is
/// followed by others that do not.
struct ScheduleDigest: Sendable {
  private(set) var value: UInt64 = 0

  mutating func add(_ choice: Choice) {
    let who = UInt64(truncatingIfNeeded: choice.thread) << 9
    let what = UInt64(choice.step.operation.rawValue) << 1
    value = Self.mix(value ^ (who | what | (choice.isTimeout ? 1 : 0)))
    value = Self.mix(value ^ choice.step.object.rawValue)
  }

  /// Six bits of it, as base64 for addresses writes them (RFC 4648, section 5).
  var character: UInt8 { Self.alphabet[Int(value >> 58)] }

  /// The upper 48 bits, as twelve hexadecimal digits.
  static func text(of value: UInt64) -> String {
    let digits = String(value >> 16, radix: 16)
    return String(repeating: "0", count: 12 - digits.count) + digits
  }

  /// Whether a digest is the one that ``text(of:)`` gave.
  static func matches(_ one: UInt64, _ other: UInt64) -> Bool { one >> 16 == other >> 16 }

  static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  private static func mix(_ number: UInt64) -> UInt64 {
    var mixed = number &+ 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
