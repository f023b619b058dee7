import Foundation
import Testing

/// A program of `Programs`, compiled with access instrumentation and linked with the runtime library.
struct InstrumentedProgram {
  /// How a command ended, and what it said.
  struct Result {
    var status: Int32
    var output: String
  }

  private let folder: URL
  private var program: URL { folder.appending(path: "program") }

  /// The products stand beside the tests.
  private static var products: URL {
    URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
  }

  /// Compiles a source file.
  ///
  /// - Parameters:
  ///   - source: Its name.
  ///   - definitions: What the preprocessor is to define.
  ///   - plain: The source of a library that it uses, compiled as it is; nil for none.
  ///   - isInstrumented: Whether accesses are recorded; a program as it is, where not. Swift only.
  ///   - options: How it is optimized, and linked. Swift only.
  ///   - usesDispatch: Whether it is linked with Dispatch. C and C++ only.
  init(
    _ source: String, definitions: [String] = [], plain: String? = nil,
    isInstrumented: Bool = true, options: [String] = ["-O"], usesDispatch: Bool = false
  ) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "lockcheck-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let programs = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Programs")
    let file = programs.appending(path: source).path
    let library = Self.products.path
    let link = ["-L", library, "-lLockcheckRuntime"]
    let object = folder.appending(path: "program.o").path
    if source.hasSuffix(".swift") {
      try expectSuccess(
        ["swiftc", "-g", file, "-o", program.path, "-Xlinker", "--build-id"] + options
          + (isInstrumented
            ? ["-Xfrontend", "-sanitize=thread", "-Xlinker", "-rpath", "-Xlinker", library] + link
            : []))
    } else {
      let compiler = source.hasSuffix(".cc") ? "clang++" : "clang"
      try expectSuccess(
        [compiler, "-g", "-O1", "-fsanitize=thread", "-c", file, "-o", object]
          + definitions.map { "-D\($0)" })
      var used: [String] = []
      if let plain {
        used = [folder.appending(path: "libplain.so").path, "-Wl,-rpath,\(folder.path)"]
        try expectSuccess(
          ["clang", "-O2", "-fPIC", "-shared", programs.appending(path: plain).path, "-o", used[0]])
      }
      try expectSuccess(
        [compiler, object, "-o", program.path, "-pthread"] + used + link
          + ["-Wl,-rpath,\(library)", "-Wl,--build-id"] + (usesDispatch ? dispatchFlags() : []))
    }
  }

  init(_ program: ProgramCase) throws {
    try self.init(program.source, definitions: program.definitions, plain: program.library)
  }

  /// What links Dispatch, which comes with Swift.
  private func dispatchFlags() throws -> [String] {
    let told = try run(["swiftc", "-print-target-info"])
    let target = try #require(
      try JSONSerialization.jsonObject(with: Data(told.output.utf8)) as? [String: Any])
    let paths = try #require(target["paths"] as? [String: Any])
    let folder = try #require((paths["runtimeLibraryPaths"] as? [String])?.first)
    return ["-L", folder, "-ldispatch", "-Wl,-rpath,\(folder)"]
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  /// Runs it, recorded, and analyzes the trace.
  ///
  /// - Returns: The rules that it breaks and how sure that is, as in `data-race observed`, each once.
  ///
  /// - Parameter isPreloaded: Whether `lockcheck run` starts it, for what other libraries have functions of the
  ///   same names that they would find first.
  /// - Parameter crashes: Whether a signal ends it.
  func findings(
    _ arguments: [String], isPreloaded: Bool = false, crashes: Bool = false
  ) throws -> [String] {
    let trace = folder.appending(path: "\(UUID()).lctrace").path
    defer { try? FileManager.default.removeItem(atPath: trace) }
    let ran =
      try isPreloaded
      ? run(
        [Self.products.appending(path: "lockcheck").path, "run", "--no-analyze", "--trace", trace]
          + ["--", program.path] + arguments)
      : run([program.path] + arguments, ["LOCKCHECK": "record", "LOCKCHECK_TRACE": trace])
    #expect((ran.status != 0) == crashes, "\(ran.output)")
    return try findings(in: trace)
  }

  /// Runs it without a recording.
  ///
  /// - Returns: What it says.
  func output(_ arguments: [String]) throws -> String {
    let ran = try run([program.path] + arguments)
    #expect(ran.status == 0, "\(ran.output)")
    return ran.output
  }

  /// Runs it, recorded.
  ///
  /// - Returns: How long the trace is.
  func bytesOfTrace(_ arguments: [String]) throws -> Int {
    let trace = folder.appending(path: "\(UUID()).lctrace").path
    defer { try? FileManager.default.removeItem(atPath: trace) }
    let ran = try run(
      [program.path] + arguments, ["LOCKCHECK": "record", "LOCKCHECK_TRACE": trace])
    #expect(ran.status == 0, "\(ran.output)")
    return try Data(contentsOf: URL(filePath: trace)).count
  }

  /// Runs it under `lockcheck run`, as which Dispatch is recorded, too, and analyzes the trace.
  ///
  /// - Returns: As ``findings(_:)``.
  func findingsUnderRun(_ arguments: [String]) throws -> [String] {
    let trace = folder.appending(path: "program.lctrace").path
    let ran = try run(
      [Self.command, "run", "--no-analyze", "--trace", trace, "--", program.path] + arguments)
    #expect(ran.status == 0, "\(ran.output)")
    return try findings(in: trace)
  }

  private static var command: String { products.appending(path: "lockcheck").path }

  private func findings(in trace: String) throws -> [String] {
    let analyzed = try run([Self.command, "analyze", "--format", "json", trace])
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(analyzed.output.utf8)) as? [String: Any])
    let findings = try #require(report["findings"] as? [[String: Any]])
    return Set(findings.map { "\($0["rule"] ?? "") \($0["verdict"] ?? "")" }).sorted()
  }

  private func expectSuccess(_ command: [String]) throws {
    let result = try run(command)
    try #require(result.status == 0, "\(command.joined(separator: " ")): \(result.output)")
  }

  /// Runs a command; what it says goes through a file, so that nobody has to read while it runs.
  private func run(_ command: [String], _ variables: [String: String] = [:]) throws -> Result {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    var environment = ProcessInfo.processInfo.environment
    for name in ["LOCKCHECK", "LOCKCHECK_TRACE"] { environment[name] = nil }
    process.environment = environment.merging(variables) { $1 }
    let file = folder.appending(path: "\(UUID()).out")
    try "".write(to: file, atomically: false, encoding: .utf8)
    process.standardOutput = try FileHandle(forWritingTo: file)
    let isReport = command.contains("analyze")
    process.standardError =
      isReport ? FileHandle.nullDevice : try FileHandle(forWritingTo: file)
    try process.run()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus, output: try String(contentsOf: file, encoding: .utf8))
  }
}
