import CLockcheckShims
import Foundation
import Glibc
import LockcheckTrace
import Testing

@testable import LockcheckSymbols

@Suite struct `Static data and code of a C program` {
  /// Writes where its things are, less where it was loaded if it can be loaded anywhere.
  static let source = """
    #include <stdio.h>
    #include <stdint.h>
    extern char __ehdr_start[] __attribute__((weak));
    long A;
    static struct { long pad[2]; long lock; } cache;
    long *inner(void) { static long here; return &here; }
    void work(void) {
      puts("");
    }
    int main(void) {
    #ifdef __PIE__
      uintptr_t base = (uintptr_t)__ehdr_start;
    #else
      uintptr_t base = 0;
    #endif
      printf("A %lu\\n", (uintptr_t)&A - base);
      printf("cache %lu\\n", (uintptr_t)&cache.lock - base);
      printf("inner %lu\\n", (uintptr_t)inner() - base);
      printf("work %lu\\n", (uintptr_t)work + 4 - base);
      printf("nothing %lu\\n", (uintptr_t)1);
    }
    """

  /// What a recording of the program says about these places.
  private func tables(
    _ addresses: [String: UInt64], in path: String, buildID: String, bias: UInt64 = 0x5555_0000_0000
  ) throws -> (TraceTables, [String: ObjectID]) {
    func place(_ name: String) throws -> UInt64 { try #require(addresses[name]) }
    let code = try place("work")
    var tables = TraceTables(stackOf: [
      Frame(module: path, address: code + bias, offset: code, buildID: buildID)
    ])
    var objects: [String: ObjectID] = [:]
    for name in addresses.keys.sorted() where name != "work" {
      var details = ObjectDetails()
      details.address = try place(name) + bias
      details.module = path
      details.offset = try place(name)
      details.buildID = buildID
      objects[name] = tables.objects.append(kind: .lock, details: details)
    }
    return (tables, objects)
  }

  private func expectNames(
    in program: CompiledProgram, _ addresses: [String: UInt64], bias: UInt64 = 0x5555_0000_0000,
    line: Int? = 8
  ) throws {
    let buildID = try #require(try ELFFile(path: program.path).identity)
    var (tables, objects) = try tables(
      addresses, in: program.path, buildID: buildID, bias: bias)
    let warnings = SymbolResolver().resolve(
      &tables, stacks: [StackID(0)], objects: objects.values.sorted())
    #expect(warnings.map(\.problem) == (line == nil ? [.noLines] : []))
    #expect(tables.frames[0].function == "work")
    #expect(tables.frames[0].line.map { 7...9 ~= $0 } ?? (line == nil))
    func name(_ key: String) -> String? { objects[key].flatMap { tables.objects.name(of: $0) } }
    #expect(name("A") == "A")
    #expect(name("cache") == "cache+0x10")
    #expect(name("inner") == "inner.here" || name("inner") == "here")
    #expect(name("nothing") == nil)
  }

  @Test(arguments: [["-g"], ["-g", "-Wl,--build-id"], ["-g", "-Wl,--build-id", "-O1"]])
  func `have their names wherever the program is loaded`(options: [String]) throws {
    let program = try CompiledProgram(Self.source, options: options + ["-fPIE", "-pie"])
    try expectNames(in: program, program.addresses())
  }

  @Test func `have their names in a program that is tied to one place`() throws {
    let program = try CompiledProgram(
      Self.source, options: ["-g", "-fno-pie", "-no-pie", "-Wl,--build-id"])
    try expectNames(in: program, program.addresses(), bias: 0)
  }

  @Test func `have names without lines where there is no debug information`() throws {
    let program = try CompiledProgram(Self.source, options: ["-fPIE", "-pie"])
    try expectNames(in: program, program.addresses(), line: nil)
  }

  @Test func `have their names from a separate file beside the program`() throws {
    let program = try CompiledProgram(
      Self.source, options: ["-g", "-fPIE", "-pie", "-Wl,--build-id"])
    let folder = program.folder.appending(path: ".debug")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try program.split(to: folder.appending(path: "program.debug").path())
    try expectNames(in: program, program.addresses())
  }

  @Test func `have no names from a separate file of another build`() throws {
    let options = ["-g", "-fPIE", "-pie", "-Wl,--build-id"]
    let program = try CompiledProgram(Self.source, options: options)
    let other = try CompiledProgram(Self.source + "\nlong other = 3;", options: options)
    let debug = program.folder.appending(path: "program.debug")
    try program.split(to: debug.path())
    try FileManager.default.removeItem(at: debug)
    try FileManager.default.moveItem(atPath: other.path, toPath: debug.path())
    let buildID = try #require(try ELFFile(path: program.path).buildID)
    var (tables, objects) = try tables(
      program.addresses(), in: program.path, buildID: buildID)
    let warnings = SymbolResolver().resolve(
      &tables, stacks: [StackID(0)], objects: objects.values.sorted())
    #expect(warnings.map(\.problem) == [.noSymbols])
    #expect(tables.objects.names.allSatisfy { $0 == nil })
  }

  @Test func `have a separate file that is found by its build ID`() throws {
    let program = try CompiledProgram(
      Self.source, options: ["-g", "-fPIE", "-pie", "-Wl,--build-id"])
    let buildID = try #require(try ELFFile(path: program.path).buildID)
    let folder = program.folder.appending(path: "debug/.build-id/\(buildID.prefix(2))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let debug = folder.appending(path: "\(buildID.dropFirst(2)).debug").path()
    try program.split(to: debug)
    let found = DebugFiles.find(
      for: try ELFFile(path: program.path), at: program.path,
      in: program.folder.appending(path: "debug").path())
    #expect(found?.path == debug)
    #expect(found?.file.hasAllSymbols == true && found?.file.hasLines == true)
  }

  @Test func `are not named where the code has changed since, build ID or none`() throws {
    let options = ["-g", "-fPIE", "-pie", "-Wl,--build-id=none"]
    let program = try CompiledProgram(Self.source, options: options)
    let other = try CompiledProgram(
      Self.source.replacingOccurrences(of: "puts(\"\")", with: "puts(\"a\"), puts(\"b\")"),
      options: options)
    let check = try #require(try ELFFile(path: program.path).identity)
    let changed = try #require(try ELFFile(path: other.path).identity)
    #expect(check.count == 16 && changed.count == 16 && check != changed)
    var (tables, objects) = try tables(program.addresses(), in: other.path, buildID: check)
    let warnings = SymbolResolver().resolve(
      &tables, stacks: [StackID(0)], objects: objects.values.sorted())
    #expect(warnings.map(\.problem) == [.rebuilt(expected: check, found: changed)])
    #expect(tables.objects.names.allSatisfy { $0 == nil })
  }

  @Test func `are checked by the recorder as by the reader, without a build ID`() throws {
    let library = try CompiledProgram(
      "int twice(int x) { return 2 * x; }\nlong counter;", named: "libtwice.so",
      options: ["-g", "-fPIC", "-shared", "-Wl,--build-id=none"])
    let handle = unsafe try #require(dlopen(library.path, RTLD_NOW))
    defer { unsafe dlclose(handle) }
    let seen = LoadedModule(path: library.path)
    unsafe lc_modules_visit(Unmanaged.passUnretained(seen).toOpaque()) { context, module in
      guard let context = unsafe context, let module = unsafe module?.pointee else { return }
      unsafe Unmanaged<LoadedModule>.fromOpaque(context).takeUnretainedValue().look(at: module)
    }
    #expect(seen.buildID == (try ELFFile(path: library.path).identity))
    let counter = try #require(unsafe dlsym(handle, "counter").map { UInt64(UInt(bitPattern: $0)) })
    #expect(seen.extent.contains(counter) && !seen.code.contains(counter))
  }
}

/// What the recorder sees of one module.
private final class LoadedModule {
  let path: String
  var buildID: String?
  var code: Range<UInt64> = 0..<0
  var extent: Range<UInt64> = 0..<0

  init(path: String) { self.path = path }

  func look(at module: lc_module) {
    guard let name = unsafe module.path, unsafe String(cString: name) == path else { return }
    buildID = unsafe UnsafeBufferPointer(start: module.build_id, count: module.build_id_length)
      .hexadecimal
    code = unsafe Range(uncheckedBounds: (module.low, module.high))
    extent = unsafe Range(uncheckedBounds: (module.start, module.end))
  }
}
