import Foundation
import Testing

@Suite struct `lockcheck convert` {
  @Test(arguments: ["json", "ndjson", "binary", "std"])
  func `carries a trace over that analyzes the same`(form: String) throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let result = try lockcheck("convert", trace, "--to", form, "-o", "copy")
      #expect(result.status == 0)
      #expect(result.errors == "")
      let original = try lockcheck("analyze", "--format", "json", trace)
      let copy = try lockcheck("analyze", "--format", "json", "copy")
      #expect(copy.output == original.output)
    }
  }

  @Test(arguments: [
    ("x.json", "{"), ("x.ndjson", "{"), ("x.std", "main|fork(worker)"), ("x.lctrace", "LCTRACE"),
  ])
  func `takes the form from the name`(name: String, start: String) throws {
    try withCommand { lockcheck in
      let result = try lockcheck("convert", "-", "-o", name, input: Sample.race)
      #expect(result.status == 0)
      let bytes = try Data(contentsOf: lockcheck.folder.appending(path: name))
      #expect(bytes.starts(with: Array(start.utf8)))
    }
  }

  @Test(arguments: [("x.json.gz", [0x1F, 0x8B]), ("x.ndjson.zst", [0x28, 0xB5] as [UInt8])])
  func `packs what the name says is packed`(name: String, start: [UInt8]) throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      #expect(try lockcheck("convert", trace, "-o", name).status == 0)
      #expect(try Data(contentsOf: lockcheck.folder.appending(path: name)).starts(with: start))
      let original = try lockcheck("analyze", "--format", "json", trace)
      #expect(try lockcheck("analyze", "--format", "json", name).output == original.output)
    }
  }

  @Test func `refuses what the form cannot say, names it, and leaves no file`() throws {
    try withCommand { lockcheck in
      let timed = Sample.race.replacing(#"{"thread""#, with: #"{"t": 5, "thread""#)
      let trace = try lockcheck.write(timed, to: "timed.json")
      let refused = try lockcheck("convert", trace, "-o", "timed.std")
      #expect(refused.status == 65)
      #expect(refused.errors.contains("time"))
      #expect(!FileManager.default.fileExists(atPath: lockcheck.path("timed.std")))
      let dropped = try lockcheck("convert", trace, "-o", "timed.std", "--drop")
      #expect(dropped.status == 0)
      #expect(dropped.errors.contains("dropped 3"))
      let text = try lockcheck.read("timed.std")
      #expect(text.split(separator: "\n").count == 3)
    }
  }

  @Test func `writes to standard output`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck("convert", "-", "--to", "ndjson", "-o", "-", input: Sample.race)
      #expect(result.status == 0)
      #expect(result.output.hasPrefix("{\"format\": \"lockcheck-trace\""))
    }
  }

  @Test func `stops quietly when its reader has left`() throws {
    try withCommand { lockcheck in
      let pipe = Pipe()
      try pipe.fileHandleForReading.close()
      let result = try lockcheck(
        "convert", "-", "--to", "std", "-o", "-", input: Sample.race,
        output: pipe.fileHandleForWriting)
      #expect(!result.wasKilled)
      #expect(result.status == 0)
      #expect(result.errors == "")
    }
  }

  @Test func `ends with 64, 65, 66 and 74 like analyze`() throws {
    try withCommand { lockcheck in
      let race = try lockcheck.write(Sample.race, to: "race.json")
      let bad = try lockcheck.write("nonsense", to: "bad.json")
      for (arguments, status) in [
        (["convert", race, "-o", "x"], 64), (["convert", race], 64),
        (["convert", race, "-o", "x", "--to", "xml"], 64),
        (["convert", bad, "-o", "x.std"], 65), (["convert", "missing", "-o", "x.std"], 66),
        (["convert", race, "--to", "std", "-o", "/dev/full"], 74),
        (["convert", race, "-o", "no/such/folder/x.std"], 74),
      ] {
        let result = try lockcheck.run(arguments)
        #expect(result.status == Int32(status), "\(arguments): \(result)")
      }
    }
  }
}
