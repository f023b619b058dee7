// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "shelves",
  dependencies: [
    .package(url: "https://github.com/OWNER/lockcheck", branch: "main")
  ],
  targets: [
    .target(
      name: "Shelves",
      dependencies: [.product(name: "Lockcheck", package: "lockcheck")]),
    .testTarget(
      name: "ShelvesTests",
      dependencies: [
        "Shelves",
        .product(name: "Lockcheck", package: "lockcheck"),
        .product(name: "LockcheckTesting", package: "lockcheck"),
      ]),
  ])
