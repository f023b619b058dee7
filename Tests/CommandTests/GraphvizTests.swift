import Foundation
import LockcheckPage
import Testing

@testable import LockcheckCommand

@Suite struct `Layout by Graphviz` {
  private let graph = LayoutGraph(
    nodes: [.init(width: 72, height: 36), .init(width: 72, height: 36)],
    edges: [.init(from: 0, to: 1), .init(from: 1, to: 0)])

  @Test func `gives places in inches from the bottom up`() throws {
    let layout = try #require(
      Graphviz.read(
        """
        graph 1 2 3
        node n0 1 2.5 1 0.5 "" solid box black lightgrey
        node n1 1 0.5 1 0.5 "" solid box black lightgrey
        edge n0 n1 4 0.9 2.2 0.9 1.8 0.9 1.2 0.9 0.8 solid black
        edge n1 n0 4 1.1 0.8 1.1 1.2 1.1 1.8 1.1 2.2 solid black
        stop
        """, for: graph))
    #expect(layout.width == 144 && layout.height == 216)
    #expect(layout.centers.map(\.y) == [36, 180])
    #expect(layout.routes.map(\.count) == [2, 2])
    #expect(layout.routes[0][0].y < layout.routes[0][1].y)
    #expect(layout.routes[1][0].y > layout.routes[1][1].y)
  }

  @Test(arguments: [
    "nonsense of another program\nnode n9 1 1", "edge n0 n1 4 1 1", "graph 1", "node n0",
    "graph 1 1 1\nedge n0 n0 4 1 1 1 1 1 1 1 1",
  ])
  func `is not believed where it is not understood`(text: String) {
    #expect(Graphviz.read(text, for: graph) == nil)
  }

  @Test func `is not needed`() throws {
    try withCommand { lockcheck in
      let events = (1...320).map { number in
        """
        {"thread": "T", "op": "acquire", "object": "a\(number / 3)"},
        {"thread": "T", "op": "acquire", "object": "a\(number)"},
        {"thread": "T", "op": "release", "object": "a\(number)"},
        {"thread": "T", "op": "release", "object": "a\(number / 3)"}
        """
      }.joined(separator: ",\n")
      let trace = try lockcheck.write(
        #"{"format": "lockcheck-trace", "version": 1, "events": ["# + events + "]}", to: "t.json")
      let fake = try lockcheck.write("#!/bin/sh\nexit 1\n", to: "dot")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: fake)
      let options = ["analyze", "--format", "html", trace]
      let failing = try lockcheck.run(options, environment: ["PATH": lockcheck.folder.path])
      let without = try lockcheck.run(options, environment: ["PATH": "/nonexistent"])
      #expect(failing.status == 0)
      #expect(failing.output == without.output && without.output.hasPrefix("<!doctype html>"))
    }
  }
}
