// swift-tools-version: 6.2
import PackageDescription

// A program that imports the primitives and nothing else: `check.sh` looks at what it links.
let package = Package(
  name: "LinkageProbe",
  dependencies: [.package(name: "lockcheck", path: "../..")],
  targets: [
    .executableTarget(
      name: "probe", dependencies: [.product(name: "Lockcheck", package: "lockcheck")])
  ]
)
