/// The programs and tools that are there, and how each is called.
struct Workbench {
  let meter: Meter
  /// Why something cannot be measured, a line each.
  private(set) var skipped: [String] = []

  private let folder: TemporaryFolder
  /// The library that records; nil where it is not there.
  private let library: String?
  /// The compiled forms of the programs, by what they are compiled for.
  private var kernels: [ProgramWay: String] = [:]
  private var swifts: [ProgramWay: String] = [:]
  private var helgrind = false
  private var python: String?

  /// Compiles what `rows` need.
  ///
  /// - Parameters:
  ///   - library: The path of `libLockcheckRuntime.so`.
  ///   - others: Whether to look for other tools, too.
  ///   - divide: How many times less is done.
  ///   - seconds: How long a program may take.
  init(
    in folder: TemporaryFolder, rows: [ProgramRow], library: String, others: Bool, divide: Int,
    seconds: Int
  ) throws(BenchmarkFailure) {
    self.folder = folder
    self.library = Machine.size(of: library) == nil ? nil : library
    try folder.write(MeterSource.text, to: "meter.c")
    let meter = folder.file("meter")
    guard
      ["gcc", "clang"].contains(where: {
        Self.succeeds($0, ["-O2", folder.file("meter.c"), "-o", meter, "-pthread"])
      })
    else { throw BenchmarkFailure("neither gcc nor clang compiles here: nothing can be measured") }
    self.meter = Meter(meter, seconds: seconds, in: folder)
    if self.library == nil { skipped.append("recorded: there is no \(library)") }
    if rows.contains(where: { $0.sort != .real }) { try compileKernels(others: others) }
    if rows.contains(.swift) { try compileSwift(others: others) }
    if others {
      helgrind = Self.succeeds("valgrind", ["--tool=helgrind", "-q", "true"])
      if !helgrind { skipped.append("Helgrind: valgrind does not work here") }
    }
    try find(rows, divide: divide)
  }

  /// How to run it; nil where that cannot be done here.
  func task(_ row: ProgramRow, _ way: ProgramWay, share: Int) -> Meter.Task? {
    guard let program = program(row, way, share: share) else { return nil }
    let count = max(row.count / share, 1)
    var task = Meter.Task(program: program, count: row.sort == .real ? nil : count)
    if let batch = row.batch {
      (task.socket, task.requests, task.batch) = (folder.file("socket"), count, batch)
    }
    switch way {
    case .plain, .sanitizer: break
    case .recorded:
      guard let library else { return nil }
      task.environment = ["LD_PRELOAD=\(library)"]
      task.isRecorded = true
    case .accesses: task.isRecorded = true
    case .helgrind:
      guard helgrind else { return nil }
      task.program = ["valgrind", "--tool=helgrind", "-q"] + program
    }
    return task
  }

  private func program(_ row: ProgramRow, _ way: ProgramWay, share: Int) -> [String]? {
    let isCompiled = way == .sanitizer || way == .accesses
    let count = "\(max(row.count / share, 1))"
    let kind = isCompiled ? way : .plain
    if row.sort != .real { return kernels[kind].map { [$0, row.rawValue, count] } }
    if row == .swift { return swifts[kind].map { [$0, count] } }
    guard !isCompiled, isThere[row] == true else { return nil }
    let file = folder.file("\(row.rawValue)-\(share)")
    switch row {
    case .pigz: return ["pigz", "-p", "2", "-c", file]
    case .pbzip2: return ["pbzip2", "-p2", "-c", file]
    case .memcached, .memcachedBatches:
      return [
        "memcached", "-s", folder.file("socket"), "-t", "2", "-m", "64", "-u", "root",
      ]
    case .python: return python.map { [$0, folder.file("jobs.py"), count] }
    default: return nil
    }
  }

  /// Which of the programs of others are there.
  private var isThere: [ProgramRow: Bool] = [:]

  private mutating func find(
    _ rows: [ProgramRow], divide: Int
  ) throws(BenchmarkFailure) {
    let programs: [(ProgramRow, String)] = [
      (.pigz, "pigz"), (.pbzip2, "pbzip2"), (.memcached, "memcached"),
      (.memcachedBatches, "memcached"),
    ]
    for (row, program) in programs where rows.contains(row) {
      isThere[row] = Self.succeeds(program, ["-V"])
      if isThere[row] == false { skipped.append("\(row.rawValue): not installed") }
    }
    if rows.contains(.python) {
      // Not what is found first, which may be a script that starts another.
      let child = try? Child("python3", ["-c", "import sys; print(sys.executable)"], isQuiet: true)
      let name = child?.end().output.split(separator: "\n").first.map(String.init)
      python = name
      isThere[.python] = name != nil
      if name == nil { skipped.append("python3: not installed") }
      try folder.write(ScriptSources.python, to: "jobs.py")
    }
    for row in [ProgramRow.pigz, .pbzip2] where isThere[row] == true {
      for share in Set(ProgramWay.allCases.map { $0.share(of: row) * divide }) {
        try folder.write(
          Self.text(kilobytes: max(row.count / share, 1)), to: "\(row.rawValue)-\(share)")
      }
    }
  }

  /// Words that a compressor finds again.
  private static func text(kilobytes: Int) -> String {
    var random = SeededGenerator(seed: 1)
    let words = (0..<4096).map { _ in
      String(UInt32.random(in: .min ... .max, using: &random), radix: 36)
    }
    var text = ""
    text.reserveCapacity(kilobytes << 10)
    while text.utf8.count < kilobytes << 10 {
      text += words[Int.random(in: 0..<words.count, using: &random)]
      text += " "
    }
    return text
  }
}

/// Compiling.
extension Workbench {
  private mutating func compileKernels(others: Bool) throws(BenchmarkFailure) {
    try folder.write(KernelSource.text, to: "kernel.c")
    let (source, object) = (folder.file("kernel.c"), folder.file("kernel.o"))
    let compilers = ["gcc", "clang"]
    func program(_ name: String) -> String { folder.file("kernel-\(name)") }
    func compile(_ name: String, _ words: [String]) -> Bool {
      compilers.contains {
        Self.succeeds($0, ["-O2", "-g"] + words + ["-o", program(name), "-pthread"])
      }
        && Self.succeeds(program(name), ["pair", "10"])
    }
    if compile("plain", [source]) { kernels[.plain] = program("plain") }
    guard others else { return }
    if compile("sanitizer", ["-fsanitize=thread", source]) {
      kernels[.sanitizer] = program("sanitizer")
    } else {
      skipped.append("ThreadSanitizer: neither gcc nor clang links with it here")
    }
    guard let library else { return }
    let isCompiled = compilers.contains {
      Self.succeeds($0, ["-O2", "-g", "-fsanitize=thread", "-c", source, "-o", object])
    }
    if isCompiled, compile("accesses", [object, library]) {
      kernels[.accesses] = program("accesses")
    } else {
      skipped.append("with accesses: what -fsanitize=thread makes cannot be linked with \(library)")
    }
  }

  private mutating func compileSwift(others: Bool) throws(BenchmarkFailure) {
    try folder.write(ScriptSources.swift, to: "jobs.swift")
    func compile(_ way: ProgramWay, _ options: [String]) -> String? {
      let program = folder.file("swift-\(way.rawValue.filter { $0 != " " })")
      let words = ["-O", "-swift-version", "5", folder.file("jobs.swift"), "-o", program] + options
      return Self.succeeds("swiftc", words) && Self.succeeds(program, ["10"]) ? program : nil
    }
    swifts[.plain] = compile(.plain, [])
    if swifts[.plain] == nil { return skipped.append("swift: swiftc does not work here") }
    guard others else { return }
    swifts[.sanitizer] = compile(.sanitizer, ["-sanitize=thread"])
    if swifts[.sanitizer] == nil {
      skipped.append("swift, ThreadSanitizer: swiftc -sanitize=thread does not work here")
    }
    guard let library else { return }
    swifts[.accesses] = compile(.accesses, ["-Xfrontend", "-sanitize=thread", library])
    if swifts[.accesses] == nil {
      skipped.append("swift, with accesses: what is made cannot be linked with \(library)")
    }
  }

  private static func succeeds(_ program: String, _ arguments: [String]) -> Bool {
    (try? Child(program, arguments, isQuiet: true).end().isSuccess) ?? false
  }
}
