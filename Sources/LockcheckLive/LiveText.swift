internal import CLockcheckShims
internal import Glibc
internal import LockcheckRecorder

/// Stacks as text, with names as far as the program file and its libraries tell them. Under the lock of
/// the live checks.
enum LiveText {
  /// Frames of a stack that are shown, at most.
  private static let shownFrames = 12

  /// The lines of a stack: what called lockcheck, outward, without lockcheck's own functions.
  static func stack(_ number: UInt32, indent: String) -> String {
    let frames = frames(of: number)
    if frames.isEmpty { return indent + "(no stack)\n" }
    var text = ""
    for (index, frame) in frames.prefix(shownFrames).enumerated() {
      text += "\(indent)#\(index) \(frame.text)\n"
    }
    if frames.count > shownFrames {
      text += "\(indent)… \(frames.count - shownFrames) more\n"
    }
    return text
  }

  /// Where the program called lockcheck: the address that stands for the site. The number of the whole
  /// stack where the program has no names.
  static func site(of number: UInt32) -> UInt {
    frames(of: number).first { $0.isNamed }?.address ?? UInt(number)
  }

  private struct Frame {
    let address: UInt
    let text: String
    let isNamed: Bool
  }

  private static func frames(of number: UInt32) -> [Frame] {
    var frames: [Frame] = []
    for address in ThreadStack.addresses(of: number) {
      // The return address may be the first of the next function.
      let symbol = unsafe lc_symbol_at(address - 1)
      let module = unsafe symbol.module.map { unsafe lastPart(of: String(cString: $0)) } ?? "?"
      guard let name = unsafe symbol.name else {
        let offset = unsafe String(symbol.offset + 1, radix: 16)
        frames.append(Frame(address: address, text: "\(module)+0x\(offset)", isNamed: false))
        continue
      }
      let mangled = unsafe String(cString: name)
      if isOurs(mangled) || isThunk(mangled) || isStart(mangled) { continue }
      let text = unsafe demangled(name) ?? mangled
      frames.append(
        Frame(address: address, text: unsafe "\(text) + \(symbol.offset + 1)", isNamed: true))
    }
    // Where threads begin, in the C library.
    while let last = frames.last, !last.isNamed, frames.count > 1 { frames.removeLast() }
    return frames
  }

  /// Whether the function is lockcheck's own, by its mangled name.
  private static func isOurs(_ mangled: String) -> Bool {
    for prefix in [
      "$s9Lockcheck", "$s13LockcheckLive", "$s17LockcheckRecorder", "$s24LockcheckSynchronization",
    ] where mangled.hasPrefix(prefix) {
      return true
    }
    return false
  }

  /// Whether the function is the compiler's own: a partial application, or an adapter between two ways to
  /// call.
  private static func isThunk(_ mangled: String) -> Bool {
    guard mangled.hasPrefix("$s") else { return false }
    // Without the number of a copy: `TA.4`.
    let name = mangled.prefix { $0 != "." }
    return ["TA", "TR", "TRTA"].contains { name.hasSuffix($0) }
  }

  /// Whether the function is where the C library begins a process.
  private static func isStart(_ name: String) -> Bool {
    name == "_start" || name == "__libc_start_main"
  }

  private static func demangled(_ name: UnsafePointer<CChar>) -> String? {
    guard let text = unsafe lc_demangle(name) else { return nil }
    defer { unsafe free(text) }
    return unsafe String(cString: text)
  }

  private static func lastPart(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// Writes a text to standard error, in one piece as far as the system allows.
  static func write(_ text: String) {
    let bytes = Array(text.utf8)
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes[written...].withUnsafeBytes {
        unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count)
      }
      if count >= 0 {
        written += count
      } else if errno != EINTR {
        return
      }
    }
  }
}
