// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// The programs of `Fixtures/programs`, each an executable of its own.
let programs = [
  "bank", "bounded-queue", "condition-notify", "event-gate", "lock-and-rlock", "logger",
  "philosophers", "shared-list", "thread-pool", "thread-tokens",
]

/// Those of them that go right whatever they are told: the others understand `--mended`.
let unmendable = ["bounded-queue", "event-gate", "thread-tokens"]

/// Whether the C++ library of the system can be taken into `LockcheckRuntime`, where a program does not see it: there
/// is a static one, which some distributions have in a package of its own (`libstdc++-static`).
let hidesCPlusPlus = ["/usr/lib/gcc", "/usr/lib64/gcc"].contains { folder in
  let files = FileManager.default
  let targets = (try? files.contentsOfDirectory(atPath: folder)) ?? []
  return targets.contains { target in
    let versions = (try? files.contentsOfDirectory(atPath: "\(folder)/\(target)")) ?? []
    return versions.contains { files.fileExists(atPath: "\(folder)/\(target)/\($0)/libstdc++.a") }
  }
}

let package = Package(
  name: "lockcheck",
  products: [
    .library(name: "Lockcheck", targets: ["Lockcheck"]),
    .library(name: "LockcheckFoundation", targets: ["LockcheckFoundation"]),
    .library(name: "LockcheckSynchronization", targets: ["LockcheckSynchronization"]),
    .library(name: "LockcheckRecorder", targets: ["LockcheckRecorder", "LockcheckTasks"]),
    .library(
      name: "LockcheckAnalysis",
      targets: [
        "LockcheckTrace", "LockcheckCodecs", "LockcheckAnalysis", "LockcheckFindings",
        "LockcheckReport", "LockcheckPage", "LockcheckPipeline",
      ]),
    .library(name: "LockcheckAssertions", targets: ["LockcheckAssertions"]),
    .library(name: "LockcheckExploration", targets: ["LockcheckExploration"]),
    .library(name: "LockcheckTesting", targets: ["LockcheckTesting"]),
    .library(name: "LockcheckXCTest", targets: ["LockcheckXCTest"]),
    // What `lockcheck run` puts in front of the C library of a program.
    .library(
      name: "LockcheckRuntime", type: .dynamic,
      targets: ["LockcheckInterpose", "LockcheckAccesses"]),
    .executable(name: "lockcheck", targets: ["LockcheckCommand"]),
    .executable(name: "lockcheck-benchmark", targets: ["LockcheckBenchmark"]),
    // `swift package lockcheck`: the tests of a package, recorded.
    .plugin(name: "LockcheckPlugin", targets: ["LockcheckPlugin"]),
  ],
  traits: [
    .trait(
      name: "PlainPrimitives",
      description: "Compile every primitive down to the plain one: nothing can be recorded.")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    // Reads `.lockcheck.yml`.
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
  ],
  targets: [
    // In the program under test.
    .target(name: "CLockcheckShims"),
    .systemLibrary(name: "CLibunwind", providers: [.apt(["libunwind-dev"])]),
    .target(
      name: "LockcheckRecorder",
      dependencies: ["LockcheckTrace", "LockcheckCodecs", "CLockcheckShims", "CLibunwind"]),
    // Recordings that tasks carry along.
    .target(name: "LockcheckTasks", dependencies: ["LockcheckRecorder", "CLockcheckShims"]),
    .target(
      name: "LockcheckLive",
      dependencies: ["LockcheckRecorder", "LockcheckTrace", "LockcheckGraphs", "CLockcheckShims"]),
    .target(name: "LockcheckControl", dependencies: ["LockcheckTrace", "CLockcheckShims"]),
    .target(
      name: "Lockcheck",
      dependencies: [
        "LockcheckLive", "LockcheckControl", "LockcheckRecorder", "LockcheckTrace",
        "CLockcheckShims",
      ]),
    .target(name: "LockcheckFoundation", dependencies: ["Lockcheck"]),
    .target(name: "LockcheckSynchronization", dependencies: ["Lockcheck"]),

    // In programs that were not written for it: one dynamic library, which brings all it needs and shows
    // nothing but the functions that it stands in front of.
    .target(
      name: "CLockcheckInterpose", dependencies: ["CLockcheckShims"],
      // Stacks are unwound through it, by exceptions and by the cancellation of a thread.
      cSettings: [.unsafeFlags(["-fexceptions"])]),
    .target(
      name: "LockcheckInterpose",
      dependencies: [
        "LockcheckRecorder", "LockcheckTrace", "CLockcheckInterpose", "CLockcheckShims",
      ],
      exclude: ["exported.map", "link"],
      linkerSettings: [
        .unsafeFlags(
          hidesCPlusPlus ? ["-L\(Context.packageDirectory)/Sources/LockcheckInterpose/link"] : []
        ),
        .unsafeFlags([
          "-static-stdlib", "-Xlinker", "--gc-sections", "-Xlinker",
          "--version-script=\(Context.packageDirectory)/Sources/LockcheckInterpose/exported.map",
        ]),
      ]),

    // The same library, for programs that the compiler made tell of their accesses.
    .target(
      name: "CLockcheckAccesses", dependencies: ["CLockcheckInterpose", "CLockcheckShims"]),
    .target(
      name: "LockcheckAccesses",
      dependencies: [
        "LockcheckInterpose", "LockcheckRecorder", "LockcheckTrace", "CLockcheckAccesses",
        "CLockcheckInterpose", "CLockcheckShims",
      ]),

    // The two waists.
    .target(name: "LockcheckTrace"),
    .target(name: "LockcheckFindings", dependencies: ["LockcheckTrace"]),

    // Offline.
    .target(name: "LockcheckCodecs", dependencies: ["LockcheckTrace"]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),
    .target(
      name: "LockcheckCompression", dependencies: ["LockcheckCodecs", "CZlib", "CZstd"]),
    .target(name: "LockcheckGraphs", dependencies: ["LockcheckTrace"]),
    .target(
      name: "LockcheckAnalysis",
      dependencies: ["LockcheckTrace", "LockcheckGraphs", "LockcheckFindings"]),
    .target(name: "LockcheckSymbols", dependencies: ["LockcheckTrace"]),
    .target(name: "LockcheckReport", dependencies: ["LockcheckTrace", "LockcheckFindings"]),
    // The report as a page: layout of graphs, and the page's own script and style, embedded as bytes.
    .target(
      name: "LockcheckPage",
      dependencies: [
        "LockcheckTrace", "LockcheckFindings", "LockcheckGraphs", "LockcheckReport",
        "LockcheckCompression",
      ],
      resources: [.embedInCode("Assets")]),
    .target(
      name: "LockcheckTriage",
      dependencies: [
        "LockcheckTrace", "LockcheckFindings", .product(name: "Yams", package: "Yams"),
      ]),
    .target(
      name: "LockcheckPipeline",
      dependencies: [
        "LockcheckTrace", "LockcheckCodecs", "LockcheckAnalysis", "LockcheckFindings",
        "LockcheckSymbols",
      ]),
    .executableTarget(
      name: "LockcheckCommand",
      dependencies: [
        "LockcheckTrace", "LockcheckCodecs", "LockcheckCompression", "LockcheckPipeline",
        "LockcheckSymbols", "LockcheckFindings", "LockcheckAnalysis", "LockcheckReport",
        "LockcheckPage", "LockcheckTriage",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    .plugin(
      name: "LockcheckPlugin",
      capability: .command(
        intent: .custom(
          verb: "lockcheck",
          description: "Run the tests recorded, and report deadlocks and data races.")),
      dependencies: ["LockcheckCommand"]),

    // In tests of the user's: record and analyze in one process.
    .target(
      name: "LockcheckAssertions",
      dependencies: [
        "LockcheckTrace", "LockcheckCodecs", "LockcheckRecorder", "LockcheckTasks",
        "LockcheckPipeline", "LockcheckFindings", "LockcheckReport", "LockcheckTriage",
      ]),
    .target(
      name: "LockcheckExploration",
      dependencies: ["Lockcheck", "LockcheckControl", "LockcheckTrace", "LockcheckFindings"]),
    .target(
      name: "LockcheckTesting", dependencies: ["LockcheckAssertions", "LockcheckExploration"]),
    .target(
      name: "LockcheckXCTest", dependencies: ["LockcheckAssertions", "LockcheckExploration"]),

    .executableTarget(
      name: "LockcheckBenchmark",
      dependencies: [
        "LockcheckTrace", "LockcheckCodecs", "LockcheckCompression", "LockcheckAnalysis",
        "LockcheckRecorder", "LockcheckTasks", "Lockcheck", "LockcheckExploration",
        "LockcheckControl",
        "ExplorationPrograms",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // Our own tests.
    .target(
      name: "LockcheckTestKit",
      dependencies: ["LockcheckTrace", "LockcheckFindings", "LockcheckAnalysis"],
      path: "Tests/LockcheckTestKit"),
    .target(
      name: "AssertionsTestKit", dependencies: ["Lockcheck"], path: "Tests/AssertionsTestKit"),
    .testTarget(
      name: "LockcheckTraceTests", dependencies: ["LockcheckTrace", "LockcheckTestKit"]),
    .testTarget(
      name: "LockcheckCodecsTests",
      dependencies: [
        "LockcheckTrace", "LockcheckCodecs", "LockcheckCompression", "LockcheckTestKit",
      ]),
    .testTarget(
      name: "LockcheckRecorderTests",
      dependencies: [
        "LockcheckTrace", "LockcheckCodecs", "LockcheckRecorder", "LockcheckTasks",
        "CLockcheckShims", "LockcheckTestKit", "RecorderProbe",
      ]),
    // A program that records and is killed, for the tests of the recorder.
    .executableTarget(
      name: "RecorderProbe",
      dependencies: [
        "Lockcheck", "LockcheckRecorder", "LockcheckTasks", "LockcheckTrace",
      ],
      path: "Tests/RecorderProbe"),
    // Programs in C and C++ that are recorded with the library in front of them; compiled by the tests.
    .testTarget(
      name: "LockcheckInterposeTests",
      dependencies: ["LockcheckCommand", "LockcheckTestKit"], exclude: ["Programs"]),
    .testTarget(
      name: "LockcheckLiveTests", dependencies: ["Lockcheck", "LockcheckLive", "LockcheckTestKit"]),
    .testTarget(
      name: "LockcheckControlTests",
      dependencies: ["LockcheckControl", "LockcheckTrace", "LockcheckTestKit"]),
    .testTarget(
      name: "LockcheckExplorationTests",
      dependencies: [
        "Lockcheck", "LockcheckAssertions", "LockcheckControl", "LockcheckExploration",
        "LockcheckTrace",
        "ExplorationPrograms",
      ]),
    .testTarget(
      name: "LockcheckTests",
      dependencies: [
        "LockcheckTrace", "LockcheckCodecs", "LockcheckRecorder", "LockcheckTasks", "Lockcheck",
        "LockcheckAnalysis", "LockcheckFindings", "LockcheckTestKit",
      ]),
    // One source, compiled with Foundation's types and, through a symbolic link, with ours.
    .target(name: "DropInFoundation", path: "Tests/DropIn/foundation"),
    .target(
      name: "DropInLockcheck", dependencies: ["Lockcheck", "LockcheckFoundation"],
      path: "Tests/DropIn/lockcheck"),
    .testTarget(
      name: "LockcheckFoundationTests",
      dependencies: ["Lockcheck", "LockcheckFoundation", "DropInFoundation", "DropInLockcheck"]),
    // The same of `Synchronization`.
    .target(name: "DropInSynchronization", path: "Tests/DropIn/synchronization"),
    .target(
      name: "DropInLockcheckSynchronization", dependencies: ["LockcheckSynchronization"],
      path: "Tests/DropIn/lockcheck-synchronization"),
    .testTarget(
      name: "LockcheckSynchronizationTests",
      dependencies: [
        "Lockcheck", "LockcheckAssertions", "LockcheckSynchronization", "DropInSynchronization",
        "DropInLockcheckSynchronization",
      ]),
    .testTarget(
      name: "LockcheckFindingsTests",
      dependencies: ["LockcheckTrace", "LockcheckFindings", "LockcheckTestKit"]),
    .testTarget(
      name: "LockcheckAnalysisTests",
      dependencies: [
        "LockcheckTrace", "LockcheckGraphs", "LockcheckFindings", "LockcheckAnalysis",
        "LockcheckTestKit",
      ]),
    .testTarget(
      name: "LockcheckGraphsTests",
      dependencies: ["LockcheckTrace", "LockcheckGraphs", "LockcheckTestKit"]),
    .testTarget(
      name: "LockcheckReportTests",
      dependencies: ["LockcheckTrace", "LockcheckFindings", "LockcheckReport", "LockcheckTestKit"],
      exclude: ["Golden"]),
    .testTarget(
      name: "LockcheckTriageTests",
      dependencies: [
        "LockcheckTrace", "LockcheckFindings", "LockcheckReport", "LockcheckTriage",
        "LockcheckTestKit",
      ]),
    .testTarget(
      name: "LockcheckPageTests",
      dependencies: [
        "LockcheckTrace", "LockcheckFindings", "LockcheckGraphs", "LockcheckReport",
        "LockcheckAnalysis", "LockcheckPipeline", "LockcheckPage", "LockcheckTestKit",
      ],
      exclude: ["Golden"]),
    .testTarget(
      name: "LockcheckSymbolsTests",
      dependencies: ["LockcheckTrace", "LockcheckSymbols", "CLockcheckShims"]),
    .testTarget(
      name: "LockcheckAssertionsTests",
      dependencies: [
        "Lockcheck", "LockcheckTrace", "LockcheckRecorder", "LockcheckTasks",
        "LockcheckAssertions", "LockcheckPipeline", "AssertionsTestKit",
      ]),
    .testTarget(
      name: "LockcheckTestingTests",
      dependencies: [
        "Lockcheck", "LockcheckTesting", "AssertionsTestKit",
      ]),
    .testTarget(
      name: "LockcheckXCTestTests",
      dependencies: [
        "LockcheckTesting", "LockcheckXCTest", "AssertionsTestKit",
      ]),
    .testTarget(
      name: "FixtureTests",
      dependencies: [
        "LockcheckTrace", "LockcheckCodecs", "LockcheckCompression", "LockcheckPipeline",
        "LockcheckAnalysis", "LockcheckFindings", "LockcheckReport",
      ]),
    // Programs with bugs that only some schedules show: see `Fixtures/README.md`.
    .target(
      name: "ExplorationPrograms", dependencies: ["Lockcheck"], path: "Fixtures/exploration"),
    // Programs that hang: see `Docs/hangs.md`.
    .executableTarget(name: "hangs", dependencies: ["Lockcheck"], path: "Fixtures/kernels"),
    .testTarget(
      name: "CommandTests", dependencies: ["LockcheckCommand", "LockcheckPage", "LockcheckTestKit"]),
    // The program of the tutorial, as it is first and as it is in the end, and its tests: through
    // symbolic links, what the documentation shows.
    .target(
      name: "ShelvesAtFirst", dependencies: ["Lockcheck"], path: "Tests/TutorialPrograms/first"),
    .target(name: "Shelves", dependencies: ["Lockcheck"], path: "Tests/TutorialPrograms/mended"),
    .testTarget(
      name: "TutorialTests",
      dependencies: [
        "Lockcheck", "LockcheckTesting", "LockcheckAssertions", "LockcheckFindings",
        "LockcheckReport", "Shelves", "ShelvesAtFirst",
      ]),
    .testTarget(name: "BenchmarkTests", dependencies: ["LockcheckBenchmark"]),
    .testTarget(name: "ArchitectureTests"),
    // Programs in C, C++ and Swift, compiled with access instrumentation when the tests run.
    .testTarget(name: "LockcheckAccessesTests", exclude: ["Programs"]),
  ]
    + programs.map { name in
      .executableTarget(
        name: name, dependencies: ["Lockcheck"], path: "Fixtures/programs/\(name)",
        // What its recording must show: read by the tests.
        exclude: ["expected.txt"] + (unmendable.contains(name) ? [] : ["expected-mended.txt"]))
    }
)

// One language for every target. `LOCKCHECK_STRICT=1` is what CI builds with.
let strict = Context.environment["LOCKCHECK_STRICT"] == "1"
for target in package.targets
where ![.system, .plugin].contains(target.type) && !target.name.hasPrefix("CLockcheck") {
  target.swiftSettings = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]
  // An application as users have it: one file of aliases must be enough.
  if target.name.hasPrefix("DropIn") {
    target.swiftSettings = [.swiftLanguageMode(.v6)]
    if target.name.hasPrefix("DropInLockcheck") {
      target.swiftSettings?.append(.define("LOCKCHECK"))
    }
  }
  if strict { target.swiftSettings?.append(.treatAllWarnings(as: .error)) }
}
