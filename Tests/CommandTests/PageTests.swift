import Foundation
import Glibc
import Testing

@Suite struct `The page` {
  @Test func `is written like any other report`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let result = try lockcheck("analyze", "--format", "html", "-o", "report.html", trace)
      #expect(result.status == 1)
      #expect(result.output == "" && result.errors == "")
      let page = try lockcheck.read("report.html")
      #expect(page.hasPrefix("<!doctype html>"))
      #expect(page.contains("race.json · lockcheck</title>"))
    }
  }

  @Test func `lists every occurrence where asked to`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let plain = try lockcheck("analyze", "--format", "html", trace).output
      let all = try lockcheck("analyze", "--format", "html", "--all-occurrences", trace).output
      #expect(plain != all)
    }
  }

  @Test func `is served under its own address alone, once where asked to`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let server = try Server(lockcheck, trace)
      defer { server.stop() }
      let root = server.address.deletingLastPathComponent()
      #expect(try server.fetch(root).status == 404)
      #expect(try server.fetch(server.address, host: "elsewhere.example").status == 421)
      #expect(try server.fetch(server.address, method: "POST").status == 405)
      let page = try server.fetch(server.address)
      #expect(page.status == 200)
      #expect(page.body.hasPrefix("<!doctype html>"))
      server.process.waitUntilExit()
      #expect(server.process.terminationStatus == 0)
    }
  }

  @Test func `of a trace that is not there is refused`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck("view", "--no-open", "missing.json")
      #expect(result.status == 66)
      #expect(result.errors.contains("missing.json"))
    }
  }
}

/// `lockcheck view --once`, as it runs.
private struct Server {
  let process = Process()
  let address: URL

  init(_ lockcheck: Command, _ trace: String) throws {
    process.executableURL = try Command.executable
    process.arguments = ["view", "--no-open", "--once", trace]
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardError = pipe
    try process.run()
    // The first line says where it is.
    var said = Data()
    while !said.contains(UInt8(ascii: "\n")) {
      let more = pipe.fileHandleForReading.availableData
      if more.isEmpty { break }
      said += more
    }
    let words = String(decoding: said, as: UTF8.self).split(separator: " ")
    address = try #require(
      words.first { $0.hasPrefix("http://127.0.0.1:") }.flatMap { URL(string: String($0)) })
  }

  func stop() { if process.isRunning { process.terminate() } }

  /// What the server answers to a request for a path.
  func fetch(
    _ url: URL, host: String? = nil, method: String = "GET"
  ) throws -> (status: Int, body: String) {
    let port = try #require(url.port)
    let request = "\(method) \(url.path()) HTTP/1.1\r\nHost: \(host ?? "127.0.0.1:\(port)")\r\n\r\n"
    let answer = try exchange(request, port: UInt16(port))
    let words = answer.prefix { $0 != "\r\n" }.split(separator: " ")
    let body = answer.range(of: "\r\n\r\n").map { String(answer[$0.upperBound...]) }
    return (words.count > 1 ? Int(words[1]) ?? 0 : 0, body ?? "")
  }

  private func exchange(_ request: String, port: UInt16) throws -> String {
    let connection = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    defer { close(connection) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let isConnected = unsafe withUnsafePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    try #require(isConnected)
    let handle = FileHandle(fileDescriptor: connection, closeOnDealloc: false)
    try handle.write(contentsOf: Data(request.utf8))
    return String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
  }
}
