import Foundation
import PackagePlugin

/// Builds what the command runs, for debugging: reports then have functions and lines.
struct Builder {
  let packageManager: PackageManager
  let context: PluginContext

  /// Builds everything with the tests.
  ///
  /// - Returns: The program that runs them.
  func tests() throws -> URL {
    try build(.all(includingTests: true), "the package")
    return try built(
      context.package.displayName + "PackageTests.xctest", "the package has no tests")
  }

  /// The library that records programs as they are: the one that `LOCKCHECK_LIBRARY` names, else built.
  func runtimeLibrary() throws -> URL {
    if let path = ProcessInfo.processInfo.environment["LOCKCHECK_LIBRARY"], !path.isEmpty {
      return URL(filePath: path)
    }
    try build(.product("LockcheckRuntime"), "LockcheckRuntime")
    return try built("libLockcheckRuntime.so", "LockcheckRuntime was not built")
  }

  private func build(_ subset: PackageManager.BuildSubset, _ name: String) throws {
    let result = try packageManager.build(
      subset, parameters: .init(configuration: .debug, logging: .concise, echoLogs: true))
    guard result.succeeded else { throw Failure("\(name) cannot be built") }
  }

  /// The plugin API names executables and libraries that were built, but no tests: these are found by
  /// their place, `debug` in the folder that `plugins/NAME/outputs` is in.
  private func built(_ name: String, _ otherwise: String) throws -> URL {
    let scratch = context.pluginWorkDirectoryURL.deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let file = scratch.appending(path: "debug/\(name)")
    guard FileManager.default.isReadableFile(atPath: file.path(percentEncoded: false)) else {
      throw Failure("\(otherwise): there is no \(file.path(percentEncoded: false))")
    }
    return file
  }
}
