/// What one target may import.
struct ImportRule: Sendable {
  let target: String
  /// Our own targets, C libraries, and products of other packages.
  let imports: [String]
  /// Modules that come with the toolchain.
  let toolchain: [String]

  init(_ target: String, imports: [String], toolchain: [String] = []) {
    self.target = target
    self.imports = imports
    self.toolchain = toolchain
  }

  /// The rule as a row of the table in `Docs/architecture.md`.
  var row: String {
    func list(_ names: [String]) -> String {
      names.isEmpty ? "nothing" : names.map { "`\($0)`" }.joined(separator: ", ")
    }
    return "| `\(target)` | \(list(imports)) | \(list(toolchain)) |"
  }
}

/// Who may import whom. To change it is to change the architecture: it comes with a page in
/// `Docs/decisions`.
let importTable: [ImportRule] = [
  // In the program under test.
  ImportRule("CLockcheckShims", imports: []),
  ImportRule("CLibunwind", imports: []),
  ImportRule(
    "LockcheckRecorder",
    imports: ["LockcheckTrace", "LockcheckCodecs", "CLockcheckShims", "CLibunwind"],
    toolchain: ["Glibc", "Synchronization"]),
  ImportRule("LockcheckTasks", imports: ["LockcheckRecorder", "CLockcheckShims"]),
  ImportRule(
    "LockcheckLive",
    imports: ["LockcheckRecorder", "LockcheckTrace", "LockcheckGraphs", "CLockcheckShims"],
    toolchain: ["Glibc", "Synchronization"]),
  ImportRule(
    "LockcheckControl", imports: ["LockcheckTrace", "CLockcheckShims"],
    toolchain: ["Glibc", "Synchronization"]),
  ImportRule(
    "Lockcheck",
    imports: [
      "LockcheckLive", "LockcheckControl", "LockcheckRecorder", "LockcheckTrace", "CLockcheckShims",
    ],
    toolchain: ["Glibc", "Synchronization"]),
  ImportRule(
    "LockcheckFoundation", imports: ["Lockcheck"], toolchain: ["Foundation", "Dispatch"]),
  ImportRule(
    "LockcheckSynchronization", imports: ["Lockcheck"], toolchain: ["Synchronization"]),

  // In programs that were not written for it.
  ImportRule("CLockcheckInterpose", imports: ["CLockcheckShims"]),
  ImportRule(
    "LockcheckInterpose",
    imports: ["LockcheckRecorder", "LockcheckTrace", "CLockcheckInterpose", "CLockcheckShims"],
    toolchain: ["Glibc", "Synchronization"]),
  ImportRule("CLockcheckAccesses", imports: ["CLockcheckInterpose", "CLockcheckShims"]),
  ImportRule(
    "LockcheckAccesses",
    imports: [
      "LockcheckInterpose", "LockcheckRecorder", "LockcheckTrace", "CLockcheckAccesses",
      "CLockcheckInterpose", "CLockcheckShims",
    ]),

  // The two waists.
  ImportRule("LockcheckTrace", imports: []),
  ImportRule("LockcheckFindings", imports: ["LockcheckTrace"]),

  // Offline.
  ImportRule("LockcheckCodecs", imports: ["LockcheckTrace"], toolchain: ["Glibc"]),
  ImportRule("CZlib", imports: []),
  ImportRule("CZstd", imports: []),
  ImportRule(
    "LockcheckCompression", imports: ["LockcheckTrace", "LockcheckCodecs", "CZlib", "CZstd"],
    toolchain: ["Glibc"]),
  ImportRule("LockcheckGraphs", imports: ["LockcheckTrace"]),
  ImportRule(
    "LockcheckAnalysis", imports: ["LockcheckTrace", "LockcheckGraphs", "LockcheckFindings"]),
  ImportRule(
    "LockcheckSymbols", imports: ["LockcheckTrace"],
    toolchain: ["FoundationEssentials", "Glibc", "Runtime"]),
  ImportRule("LockcheckReport", imports: ["LockcheckTrace", "LockcheckFindings"]),
  ImportRule(
    "LockcheckTriage", imports: ["LockcheckTrace", "LockcheckFindings", "Yams"],
    toolchain: ["Foundation"]),
  ImportRule(
    "LockcheckPage",
    imports: [
      "LockcheckTrace", "LockcheckFindings", "LockcheckGraphs", "LockcheckReport",
      "LockcheckCompression",
    ]),
  ImportRule(
    "LockcheckPipeline",
    imports: [
      "LockcheckTrace", "LockcheckCodecs", "LockcheckAnalysis", "LockcheckFindings",
      "LockcheckSymbols",
    ], toolchain: ["Glibc"]),
  ImportRule(
    "LockcheckCommand",
    imports: [
      "LockcheckTrace", "LockcheckCodecs", "LockcheckCompression", "LockcheckPipeline",
      "LockcheckSymbols", "LockcheckFindings", "LockcheckAnalysis", "LockcheckReport",
      "LockcheckPage", "LockcheckTriage", "ArgumentParser", "Yams",
    ], toolchain: ["Foundation", "Glibc", "Synchronization"]),
  // Measures both sides, so it imports both.
  ImportRule(
    "LockcheckBenchmark",
    imports: [
      "LockcheckTrace", "LockcheckCodecs", "LockcheckCompression", "LockcheckAnalysis",
      "LockcheckRecorder", "LockcheckTasks", "Lockcheck", "LockcheckExploration",
      "LockcheckControl", "ExplorationPrograms",
      "ArgumentParser",
    ], toolchain: ["Glibc"]),

  // In tests of the user's: record and analyze in one process.
  ImportRule(
    "LockcheckAssertions",
    imports: [
      "LockcheckTrace", "LockcheckCodecs", "LockcheckRecorder", "LockcheckTasks",
      "LockcheckPipeline",
      "LockcheckFindings", "LockcheckReport", "LockcheckTriage",
    ], toolchain: ["Foundation", "Glibc", "Synchronization"]),
  ImportRule(
    "LockcheckExploration",
    imports: ["Lockcheck", "LockcheckControl", "LockcheckTrace", "LockcheckFindings"],
    toolchain: ["Glibc"]),
  ImportRule(
    "LockcheckTesting", imports: ["LockcheckAssertions", "LockcheckExploration"],
    toolchain: ["Testing"]),
  ImportRule(
    "LockcheckXCTest", imports: ["LockcheckAssertions", "LockcheckExploration"],
    toolchain: ["XCTest"]),
]
