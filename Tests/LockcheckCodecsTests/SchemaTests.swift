import Foundation
import LockcheckTrace
import Testing

@testable import LockcheckCodecs

private var schema: [String: Any] {
  let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  let data = try! Data(contentsOf: root.appending(path: "Docs/trace-format.schema.json"))
  return try! JSONSerialization.jsonObject(with: data) as! [String: Any]
}

private func definition(_ name: String) throws -> [String: Any] {
  try #require((schema["$defs"] as? [String: Any])?[name] as? [String: Any])
}

private func members(_ definition: [String: Any]) throws -> Set<String> {
  Set(try #require(definition["properties"] as? [String: Any]).keys)
}

private func words(_ definition: [String: Any], _ member: String) throws -> [String] {
  let properties = try #require(definition["properties"] as? [String: Any])
  return try #require((properties[member] as? [String: Any])?["enum"] as? [String])
}

@Suite struct `The schema` {
  @Test func `names the members that are read`() throws {
    #expect(try members(schema) == Set(TraceMember.allCases.map { "\($0)" }))
    #expect(try members(definition("process")) == Set(ProcessMember.allCases.map { "\($0)" }))
    #expect(try members(definition("thread")) == Set(ThreadMember.allCases.map { "\($0)" }))
    #expect(try members(definition("object")) == Set(ObjectMember.allCases.map { "\($0)" }))
    #expect(try members(definition("frame")) == Set(FrameMember.allCases.map { "\($0)" }))
    #expect(try members(definition("stack")) == Set(StackMember.allCases.map { "\($0)" }))
    #expect(try members(definition("event")) == Set(EventMember.allCases.map { "\($0)" }))
  }

  @Test func `names the words that are known`() throws {
    let event = try definition("event")
    #expect(try Set(words(event, "op")) == Set(Operation.allCases.map(\.name)))
    #expect(try definition("kind")["enum"] as? [String] == JSONWords.kinds.map(\.name))
    #expect(try words(event, "mode") == JSONWords.modes.map { "\($0)" })
    #expect(try words(event, "attempt") == JSONWords.attempts.map { "\($0)" })
    #expect(try words(event, "result") == JSONWords.results.map { "\($0)" })
    #expect(try words(event, "call") == JSONWords.calls.map(\.name))
    #expect(try words(event, "error") == JSONWords.errors.map(\.name))
    let preferences = try words(definition("object"), "preference")
    #expect(preferences == JSONWords.preferences.map(\.name))
    #expect(try words(definition("object"), "order") == JSONWords.orders.map { "\($0)" })
    #expect(try words(schema, "accessOrder") == JSONWords.accessOrders.map(\.rawValue))
  }

  @Test func `has a type for every row of the line form`() throws {
    for row in JSONWords.rows {
      let properties = try #require(definition("\(row)")["properties"] as? [String: Any])
      #expect((properties["type"] as? [String: Any])?["const"] as? String == "\(row)")
    }
  }

  @Test func `knows a member by its name as a number`() {
    func number(_ name: String) -> UInt64 {
      name.utf8.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    for member in EventMember.allCases { #expect(member.rawValue == number("\(member)")) }
    for word in FrequentOperation.allCases { #expect(word.rawValue == number("\(word)")) }
    for member in ThreadMember.allCases { #expect(member.rawValue == number("\(member)")) }
    for member in FrameMember.allCases { #expect(member.rawValue == number("\(member)")) }
    for member in StackMember.allCases { #expect(member.rawValue == number("\(member)")) }
  }

  @Test func `allows what the waist allows`() {
    for kind in ObjectKind.allCases where kind != .undetermined {
      for operation in Operation.allCases where operation.namesObject {
        var registry = TraceRegistry()
        var tables = TraceTables()
        let state = TraceRegistry.ObjectState(kind: kind, hasRow: true)
        let object = registry.addObject(state, to: &tables)
        let event = Event(operation, by: ThreadID(0), on: object)
        let isAllowed = (try? registry.settle(event, said: .undetermined, tables: &tables)) != nil
        #expect(isAllowed == kind.allows(operation), "\(operation) on \(kind)")
      }
    }
  }
}
