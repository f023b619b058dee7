import Foundation
import LockcheckTrace
import Runtime
import Testing

@testable import LockcheckSymbols

@Suite struct `Resolving symbols` {
  @Test(arguments: [
    ("$s6readmeyyYbcfU_", "closure #1 in top-level code"),
    ("$s6readmeyyYbcfU0_yyXEfU_", "closure #1 in closure #2 in top-level code"),
    ("pthread_create", "pthread_create"),
    ("qsort@@GLIBC_2.2.5", "qsort"), ("update.part.0", "update"),
    ("update.constprop.1.isra.0", "update"), (".hidden", ".hidden"),
    ("_ZN4bank8transferEi", "bank::transfer(int)"),
    ("_ZN4bank8transferEi.cold", "bank::transfer(int)"),
    ("_ZN4bank8transfer17h0123456789abcdefE", "bank::transfer"),
    (
      "_ZN52_$LT$bank..Bank$u20$as$u20$core..ops..drop..Drop$GT$4drop17h0123456789abcdefE",
      "<bank::Bank as core::ops::drop::Drop>::drop"
    ),
    ("_ZN4bank99transfer17h0123456789abcdefE", "_ZN4bank99transfer17h0123456789abcdefE"),
  ])
  func `gives code the names of its source`(symbol: String, name: String) {
    #expect(Demangling.name(of: symbol) == name)
  }

  @Test(arguments: LineReaderChoice.allCases)
  func `names the function, file and line that an address was captured in`(
    choice: LineReaderChoice
  ) throws {
    let (frame, line) = try captureHere()
    var tables = TraceTables(stackOf: [frame])
    #expect(choice.resolver.resolve(&tables, stacks: [StackID(0)]).isEmpty)
    let found = try #require(tables.frames(of: StackID(0)).last)
    #expect(found.function?.contains("captureHere") == true)
    #expect(found.file == #filePath)
    #expect(found.line == line)
    #expect(!found.isUnresolved)
  }

  @Test func `names exported functions of a library that has been stripped`() throws {
    // libc has no full symbol table on most systems, only the one that programs link to.
    let image = try #require(ImageMap.capture().first { $0.name?.hasPrefix("libc.so") == true })
    let address = try #require(unsafe dlsym(nil, "qsort").map { UInt64(UInt(bitPattern: $0)) })
    var tables = TraceTables(stackOf: [Frame(address, in: image)])
    _ = SymbolResolver().resolve(&tables, stacks: [StackID(0)])
    #expect(tables[FrameID(0)].function == "qsort")

    // What it does not name is no news: nobody can mend it.
    var others = TraceTables(stackOf: [
      Frame(1, in: image), Frame(module: image.path, address: 2, offset: 1, buildID: "00"),
    ])
    others.frames[0].offset = 1
    let warnings = SymbolResolver().resolve(&others, stacks: [StackID(0)])
    #expect(others.frames.allSatisfy { $0.function == nil })
    #expect(warnings.count == 1 && warnings[0].problem != .noSymbols)
  }

  @Test func `gives no names from a file with another build ID`() throws {
    var (frame, _) = try captureHere()
    let recorded = try #require(frame.buildID)
    frame.buildID = String(recorded.reversed())
    var tables = TraceTables(stackOf: [frame])
    let warnings = SymbolResolver().resolve(&tables, frames: [FrameID(0)])
    #expect(tables.frames == [frame])
    #expect(
      warnings.map(\.problem) == [
        .rebuilt(expected: String(recorded.reversed()), found: recorded)
      ])
    #expect(warnings.first?.description.contains("another build") == true)
  }

  @Test func `gives no names without a build ID`() throws {
    var (frame, _) = try captureHere()
    frame.buildID = nil
    var tables = TraceTables(stackOf: [frame])
    let warnings = SymbolResolver().resolve(&tables, frames: [FrameID(0)])
    #expect(tables.frames == [frame])
    #expect(warnings.map(\.problem) == [.noBuildID])
  }

  @Test(arguments: ["/nowhere/at/all", "/", "/dev/null"])
  func `says that a file cannot be opened`(path: String) throws {
    let frame = Frame(module: path, address: 4096, offset: 4096, buildID: "00")
    var tables = TraceTables(stackOf: [frame])
    let warnings = SymbolResolver().resolve(&tables, frames: [FrameID(0)])
    #expect(tables.frames == [frame])
    guard case .missing = warnings.first?.problem else {
      Issue.record("\(warnings)")
      return
    }
    #expect(warnings.count == 1 && warnings[0].module == path && warnings[0].frames == 1)
  }

  @Test func `gives no names from a file whose symbols have been stripped`() throws {
    var (frame, _) = try captureHere()
    try withCopy(of: #require(frame.module)) { copy in
      try copy.strip()
      frame.module = copy.path
      var tables = TraceTables(stackOf: [frame])
      let warnings = SymbolResolver().resolve(&tables, frames: [FrameID(0)])
      #expect(tables.frames == [frame])
      #expect(warnings.map(\.problem) == [.noSymbols])
    }
  }

  @Test func `notices that a file was rebuilt between two calls`() throws {
    var (frame, line) = try captureHere()
    let buildID = try #require(frame.buildID)
    try withCopy(of: #require(frame.module)) { copy in
      frame.module = copy.path
      var before = TraceTables(stackOf: [frame])
      #expect(SymbolResolver().resolve(&before, frames: [FrameID(0)]).isEmpty)
      #expect(before.frames.contains { $0.line == line })

      let newID = try copy.changeBuildID(from: buildID)
      var after = TraceTables(stackOf: [frame])
      let warnings = SymbolResolver().resolve(&after, frames: [FrameID(0)])
      #expect(warnings.map(\.problem) == [.rebuilt(expected: buildID, found: newID)])
      #expect(after.frames == [frame])
    }
  }

  @Test(arguments: [nil, "/nowhere", "/bin/false", "/bin/true"])
  func `still names functions where nothing can read debug information`(program: String?) throws {
    let (frame, _) = try captureHere()
    var tables = TraceTables(stackOf: [frame])
    let resolver = SymbolResolver(lineReaders: [LLVMSymbolizer(program: program)])
    #expect(resolver.resolve(&tables, frames: [FrameID(0)]).isEmpty)
    #expect(tables[FrameID(0)].function?.contains("captureHere") == true)
    #expect(tables[FrameID(0)].file == nil)
  }

  @Test func `names nothing at an address outside every function`() throws {
    var (frame, _) = try captureHere()
    frame.offset = 1
    var tables = TraceTables(stackOf: [frame])
    let warnings = SymbolResolver().resolve(&tables, frames: [FrameID(0)])
    #expect(tables.frames == [frame])
    #expect(warnings.map(\.problem) == [.noSymbols])
  }

  @Test func `leaves frames alone that have names already or no address`() {
    let frames = [
      Frame(function: "f", file: "a.swift", line: 3, module: "/nowhere", address: 1, offset: 1),
      Frame(module: "/nowhere"), Frame(), Frame(module: "[vdso]", address: 1, offset: 1),
    ]
    var tables = TraceTables(stackOf: frames)
    #expect(SymbolResolver().resolve(&tables, stacks: [StackID(0), .absent]).isEmpty)
    #expect(Array(tables.frames) == frames)
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `gives up on damaged files with a warning`(seed: UInt64) throws {
    let (frame, _) = try captureHere()
    let images = ImageMap.capture().compactMap(\.path)
    let smallest = try #require(
      images.min { (try? size(of: $0)) ?? .max < (try? size(of: $1)) ?? .max })
    try withCopy(of: smallest) { copy in
      let whole = try copy.contents()
      var cases = (0..<64).map { whole.prefix($0) } + [whole.prefix(whole.count / 2)]
      var generator = Mutations(state: seed)
      for _ in 0..<50 {
        var damaged = whole
        // The headers are where a wrong number does the most harm.
        for _ in 0..<4 { damaged[generator.next(below: 1024)] = UInt8(generator.next(below: 256)) }
        cases.append(damaged)
      }
      for damaged in cases {
        try copy.replace(with: damaged)
        var given = frame
        given.module = copy.path
        var tables = TraceTables(stackOf: [given])
        let warnings = SymbolResolver().resolve(&tables, frames: [FrameID(0)])
        #expect(tables.frames == [given] && warnings.count == 1, "seed \(seed)")
      }
    }
  }
}

/// Each reader of debug information alone, and what users get.
enum LineReaderChoice: CaseIterable {
  case symbolizer, runtime, standard, gnu

  /// The tools of GNU need not be there.
  static var allCases: [LineReaderChoice] {
    [.symbolizer, .runtime, .standard] + (GNUSymbolizer().program == nil ? [] : [.gnu])
  }

  var resolver: SymbolResolver {
    switch self {
    case .symbolizer: SymbolResolver(lineReaders: [LLVMSymbolizer()])
    case .runtime:
      SymbolResolver(lineReaders: [LLVMSymbolizer(program: nil), RuntimeSymbolizer()])
    case .standard: SymbolResolver()
    case .gnu: SymbolResolver(lineReaders: [GNUSymbolizer()])
    }
  }
}

/// The place that calls this, as a recorder would write it down, and its line.
@inline(never) private func captureHere() throws -> (Frame, line: Int) {
  let (backtrace, line) = (try Backtrace.capture(algorithm: .fast), #line)
  let address = try #require(
    backtrace.frames.first { _ in true }.flatMap { frame in
      UInt64(frame.originalProgramCounter)
    })
  let images = ImageMap.capture()
  let image = images[try #require(images.indexOfImage(at: Backtrace.Address(address)))]
  return (Frame(address, in: image), line)
}

extension Frame {
  init(_ address: UInt64, in image: Backtrace.Image) {
    self.init(
      module: image.path, address: address,
      offset: address &- (UInt64(image.baseAddress) ?? 0),
      buildID: image.uniqueID?.map { String(format: "%02x", $0) }.joined())
  }
}

extension TraceTables {
  init(stackOf frames: [Frame]) {
    self.init()
    self.frames = TableRows(frames)
    stacks = [CallStack(frames.indices.map { FrameID($0) })]
  }
}

struct Mutations {
  var state: UInt64

  mutating func next(below bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % bound
  }
}
