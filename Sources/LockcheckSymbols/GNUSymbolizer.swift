import Glibc

/// Files, lines and inlined calls as `addr2line` of the GNU binutils tells them, which most machines have
/// that compile C: for those without ``LLVMSymbolizer``.
struct GNUSymbolizer: LineReader {
  /// The program, where there is one.
  let program: String?

  init(program: String? = ChildProcess.find("addr2line")) { self.program = program }

  func places(at addresses: [UInt64], in path: String) -> [[SourcePlace]]? {
    let input = addresses.map { "0x" + String($0, radix: 16) + "\n" }.joined()
    guard let program,
      let output = ChildProcess.output(
        of: program,
        arguments: ["--exe=\(path)", "--functions", "--inlines", "--addresses"],
        input: Array(input.utf8))
    else { return nil }
    let places = Self.parse(output)
    return places.count == addresses.count ? places : nil
  }

  /// For each address a line with it, then two lines a call, `function` and `file:line`, the line with a
  /// remark behind it at times.
  static func parse(_ output: [UInt8]) -> [[SourcePlace]] {
    var places: [[SourcePlace]] = []
    var symbol: String?
    for line in output.split(separator: UInt8(ascii: "\n")) {
      if let name = symbol {
        let colon = line.lastIndex(of: UInt8(ascii: ":"))
        let number = colon.flatMap { colon in
          Int(
            String(
              decoding: line[(colon + 1)...].prefix { 0x30...0x39 ~= $0 }, as: UTF8.self))
        }
        let file = String(decoding: line[..<(colon ?? line.endIndex)], as: UTF8.self)
        if !places.isEmpty {
          places[places.count - 1].append(
            SourcePlace(symbol: name, file: file == "??" ? nil : file, line: number ?? 0))
        }
        symbol = nil
      } else if line.starts(with: "0x".utf8) {
        places.append([])
      } else {
        symbol = String(decoding: line, as: UTF8.self)
      }
    }
    return places
  }
}

extension ChildProcess {
  /// The first program of that name in `PATH`.
  static func find(_ name: String) -> String? {
    guard let path = unsafe getenv("PATH") else { return nil }
    return unsafe String(cString: path).split(separator: ":").lazy.map { "\($0)/\(name)" }
      .first { unsafe access($0, X_OK) == 0 }
  }
}
