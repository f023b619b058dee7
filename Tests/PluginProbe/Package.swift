// swift-tools-version: 6.2
import PackageDescription

// A package as users have it, whose tests `swift package lockcheck` records: see `check.sh`.
let package = Package(
  name: "bank-app",
  dependencies: [.package(name: "lockcheck", path: "../..")],
  targets: [
    .target(name: "Bank", dependencies: [.product(name: "Lockcheck", package: "lockcheck")]),
    .testTarget(name: "BankTests", dependencies: ["Bank"]),
  ])
