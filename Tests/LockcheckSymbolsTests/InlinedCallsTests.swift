import Foundation
import LockcheckTrace
import Runtime
import Testing

@testable import LockcheckSymbols

@Suite struct `Inlined calls` {
  /// Built with optimization, run to its end, and then named from outside.
  static let program = """
    import Runtime
    @inline(never) func capture() {
      let images = ImageMap.capture()
      for frame in try! Backtrace.capture(algorithm: .fast).frames {
        guard case .returnAddress(let address) = frame,
          let image = images.indexOfImage(at: address).map({ images[$0] })
        else { continue }
        print(UInt64(address)! - UInt64(image.baseAddress)! - 1, image.path!)
      }
    }
    @inline(__always) func innermost() { capture() }
    @inline(__always) func middle() {
      innermost()
    }
    @inline(never) func outermost(_ x: Int) -> Int {
      middle()
      return x + 1
    }
    print(outermost(CommandLine.arguments.count))
    """

  @Test func `are frames of their own in every stack, after the process has ended`() throws {
    let folder = URL.temporaryDirectory.appending(path: "lockcheck-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let source = folder.appending(path: "main.swift").path()
    let module = folder.appending(path: "program").path()
    try Data(Self.program.utf8).write(to: URL(filePath: source))
    _ = try output(
      of: "swiftc", "-O", "-g", "-Xcc", "-fno-omit-frame-pointer", source, "-o", module)
    let lines = try output(of: module).split(separator: "\n").map { $0.split(separator: " ") }
    let offsets = lines.filter { $0.count == 2 && $0[1].hasSuffix("/program") }
      .compactMap { UInt64($0[0]) }
    let buildID = try #require(try buildID(of: module))

    for choice in LineReaderChoice.allCases {
      try expectInlinedCalls(at: offsets, in: module, buildID: buildID, choice)
    }
  }

  private func expectInlinedCalls(
    at offsets: [UInt64], in module: String, buildID: String, _ choice: LineReaderChoice
  ) throws {
    var tables = TraceTables(
      stackOf: offsets.map {
        Frame(module: module, address: $0 + 0x5555_0000_0000, offset: $0, buildID: buildID)
      })
    tables.stacks.append(CallStack(Array(tables.stacks[0].frames.dropFirst())))
    _ = choice.resolver.resolve(&tables, stacks: [StackID(0)])

    let frames = tables.frames(of: StackID(0)).map { frame in
      "\(frame.function?.prefix { $0 != "(" } ?? "?") \(frame.line ?? 0)"
    }
    let start = try #require(frames.firstIndex { $0.contains("innermost") })
    #expect(
      frames[start...].prefix(3) == ["innermost 11", "middle 13", "outermost 16"], "\(frames)")
    #expect(tables.frames(of: StackID(0)).allSatisfy { $0.module == module })
    #expect(
      tables.frames(of: StackID(1))
        == Array(
          tables.frames(of: StackID(0)).suffix(
            tables.frames(of: StackID(1)).count)))
  }

  private func output(of program: String, _ arguments: String...) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: data, as: UTF8.self)
  }

  /// The description of the one build ID that fits, as the resolver tells it.
  private func buildID(of module: String) throws -> String? {
    var tables = TraceTables(
      stackOf: [Frame(module: module, address: 1, offset: 1, buildID: "none")])
    for warning in SymbolResolver().resolve(&tables, frames: [FrameID(0)]) {
      if case .rebuilt(_, let found) = warning.problem { return found }
    }
    return nil
  }
}
