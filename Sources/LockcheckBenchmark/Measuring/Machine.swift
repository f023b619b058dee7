import Glibc

/// What this process has used so far, and where it may leave things.
enum Machine {
  /// Nanoseconds that pass for everybody.
  static var time: UInt64 { read(CLOCK_MONOTONIC) }

  /// Nanoseconds that the calling thread has run: others that get the processor in between do not
  /// count.
  static var threadTime: UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }

  /// Nanoseconds that all threads of the process have run.
  static var processTime: UInt64 { read(CLOCK_PROCESS_CPUTIME_ID) }

  private static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// The most memory that the process has had at any time, in KiB.
  ///
  /// Not getrusage: what it says includes the process that started this one.
  static var peakMemory: Int { status("VmHWM:") }

  /// The memory that the process has now, in KiB.
  static var residentMemory: Int { status("VmRSS:") }

  /// How many threads the process has now.
  static var threadCount: Int { status("Threads:") }

  /// A number that the kernel tells of this process.
  private static func status(_ name: String) -> Int {
    let line = contents(of: "/proc/self/status").split(separator: "\n").first {
      $0.hasPrefix(name)
    }
    return line?.split { $0 == " " || $0 == "\t" }.compactMap { Int($0) }.first ?? 0
  }

  /// What sort of machine this is, in a line.
  static var description: String {
    let text = contents(of: "/proc/cpuinfo")
    let model = text.split(separator: "\n").first { $0.hasPrefix("model name") }?
      .split(separator: ":").last.map { $0.drop { $0 == " " } }
    return "\(sysconf(CInt(_SC_NPROCESSORS_ONLN))) × \(model ?? "unknown processor"), Linux"
  }

  /// The text of a small file; empty where it cannot be read.
  static func contents(of path: String) -> String {
    guard let file = unsafe fopen(path, "r") else { return "" }
    defer { unsafe fclose(file) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = unsafe fread(&buffer, 1, buffer.count, file)
    return String(decoding: buffer[..<count], as: UTF8.self)
  }

  /// How many bytes the file has; nil where there is none.
  static func size(of path: String) -> Int? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? status.st_size : nil
  }

  /// The path of a file beside this program.
  static func neighbour(_ name: String) throws(BenchmarkFailure) -> String {
    guard let path = unsafe realpath("/proc/self/exe", nil) else {
      throw BenchmarkFailure("where this program lies cannot be told")
    }
    defer { unsafe free(path) }
    let place = unsafe String(cString: path)
    return place[..<(place.lastIndex(of: "/") ?? place.startIndex)] + "/" + name
  }

  /// Waits a while.
  static func sleep(microseconds: UInt32) { usleep(microseconds) }

  /// Writes to standard output at once, so that whoever waits for it need not wait for more.
  static func say(_ text: String) {
    var text = text
    text.withUTF8 { utf8 in _ = unsafe write(STDOUT_FILENO, utf8.baseAddress, utf8.count) }
  }
}

/// A folder for traces that are needed for a moment.
struct TemporaryFolder {
  let path: String

  /// Makes an empty folder in `TMPDIR`, or in `/tmp`.
  init() throws(BenchmarkFailure) {
    let place = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var template = Array("\(place)/lockcheck-benchmark-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else {
      throw BenchmarkFailure("no folder can be made in \(place)")
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The path of a file in it.
  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a small file.
  func write(_ text: String, to name: String) throws(BenchmarkFailure) {
    guard let file = unsafe fopen(file(name), "w") else {
      throw BenchmarkFailure("\(self.file(name)) cannot be written")
    }
    defer { unsafe fclose(file) }
    unsafe fputs(text, file)
  }

  /// Removes a file of it, if it is there.
  func remove(_ name: String) { unsafe unlink(file(name)) }

  /// Removes it with all that is in it.
  func remove() {
    if let folder = unsafe opendir(path) {
      while let entry = unsafe readdir(folder) {
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
          unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
        }
        if name != ".", name != ".." { remove(name) }
      }
      unsafe closedir(folder)
    }
    unsafe rmdir(path)
  }
}
