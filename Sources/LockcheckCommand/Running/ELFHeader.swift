/// What the header of a program says about who loads it.
struct ELFHeader {
  /// Why no library of ours can be loaded into it, to be put behind its name; nil where one can.
  let problem: String?

  /// Reads the header; nil where the file is none of these programs.
  init?(_ path: String) {
    guard let bytes = FilePrefix.read(path, 64), bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else {
      return nil
    }
    guard bytes.count == 64, bytes[4] == 2, bytes[5] == 1, Self.number(bytes, 18, 2) == Self.machine
    else {
      problem = "is made for another kind of machine than lockcheck"
      return
    }
    let size = Self.number(bytes, 54, 2)
    let count = Self.number(bytes, 56, 2)
    let headers = FilePrefix.read(path, size * count, at: UInt64(Self.number(bytes, 32, 8))) ?? []
    guard size >= 56, headers.count == size * count else {
      problem = "is damaged"
      return
    }
    guard let loader = Self.loader(in: headers, size: size, of: path) else {
      problem = "is statically linked, so that no library can be preloaded"
      return
    }
    if loader.contains("ld-musl") {
      problem = "is linked against musl, and the library of lockcheck against glibc"
      return
    }
    let needed = ELFNeeded(headers, size: size, of: path).libraries
    problem =
      Self.refusals.first { refusal in
        needed.contains { $0.hasPrefix(refusal.library) }
      }?.why
  }

  private static let refusals = [
    (
      library: "libtsan.so",
      why: "has gcc's ThreadSanitizer in it, which stands where lockcheck would"
    ),
    (library: "libasan.so", why: "has gcc's AddressSanitizer in it, which refuses to be second"),
  ]

  /// The path that the segment `PT_INTERP` names.
  private static func loader(in headers: [UInt8], size: Int, of path: String) -> String? {
    for start in stride(from: 0, to: headers.count, by: size)
    where number(headers, start, 4) == 3 {
      let place = number(headers, start + 8, 8)
      let length = min(number(headers, start + 32, 8), 4096)
      guard let text = FilePrefix.read(path, length, at: UInt64(place)) else { return "" }
      return String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
    }
    return nil
  }

  private static var machine: Int {
    #if arch(x86_64)
      62
    #elseif arch(arm64)
      183
    #else
      -1
    #endif
  }

  /// A number of the file; one that no file can have counts as the largest.
  static func number(_ bytes: [UInt8], _ at: Int, _ count: Int) -> Int {
    var value: UInt64 = 0
    for index in 0..<count { value |= UInt64(bytes[at + index]) << UInt64(8 * index) }
    return Int(clamping: value)
  }
}
