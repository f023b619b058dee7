import Glibc

/// Files, lines and inlined calls as `llvm-symbolizer` tells them, which every toolchain brings.
///
/// It is given all addresses of a module at once, and no environment: it shall not ask a server.
struct LLVMSymbolizer: LineReader {
  /// The program, where there is one.
  let program: String?

  init(program: String? = Self.find()) { self.program = program }

  func places(at addresses: [UInt64], in path: String) -> [[SourcePlace]]? {
    let input = addresses.map { "0x" + String($0, radix: 16) + "\n" }.joined()
    guard let program,
      let output = ChildProcess.output(
        of: program,
        arguments: ["--obj=\(path)", "--functions=linkage", "--no-demangle", "--inlining"],
        input: Array(input.utf8))
    else { return nil }
    let places = Self.parse(output)
    return places.count == addresses.count ? places : nil
  }

  /// For each address two lines a call, `function` and `file:line:column`, then an empty one.
  static func parse(_ output: [UInt8]) -> [[SourcePlace]] {
    var places: [[SourcePlace]] = []
    var open: [SourcePlace] = []
    var symbol: String?
    for line in output.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if line.isEmpty, symbol == nil {
        // One more empty line ends the output.
        if !open.isEmpty { places.append(open) }
        open = []
      } else if let name = symbol {
        let parts = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        let file = parts.dropLast(2).joined(separator: [UInt8(ascii: ":")])
        let number = parts.dropLast().last.flatMap { Int(String(decoding: $0, as: UTF8.self)) }
        open.append(
          SourcePlace(
            symbol: name, file: String(decoding: Array(file), as: UTF8.self), line: number ?? 0))
        symbol = nil
      } else {
        symbol = String(decoding: line, as: UTF8.self)
      }
    }
    return places
  }

  /// The one of the toolchain whose runtime this process uses, else the first in `PATH`.
  private static func find() -> String? {
    var folders: [Substring] = []
    if let core = mappedFile(named: "/lib/swift/linux/libswiftCore.so") {
      folders.append(core.dropLast("/lib/swift/linux/libswiftCore.so".utf8.count) + "/bin")
    }
    return folders.lazy.map { "\($0)/llvm-symbolizer" }.first { unsafe access($0, X_OK) == 0 }
      ?? ChildProcess.find("llvm-symbolizer")
  }

  private static func mappedFile(named suffix: String) -> Substring? {
    guard let maps = unsafe fopen("/proc/self/maps", "re") else { return nil }
    defer { unsafe fclose(maps) }
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { unsafe free(line) }
    while unsafe getline(&line, &capacity, maps) > 0 {
      guard let text = unsafe line.map({ unsafe String(cString: $0).dropLast() }),
        text.hasSuffix(suffix), let start = text.firstIndex(of: "/")
      else { continue }
      return text[start...]
    }
    return nil
  }
}
