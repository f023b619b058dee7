import Glibc
import Lockcheck

// A list of zeros. One thread reads it forwards while another writes ones into it backwards, so that
// what is read is partly old and partly new. With `--mended` each has the list to itself meanwhile.
// With `--late` they take a lock as well, but not while they touch the list, and the writer comes once the
// reader is over; nothing in the program makes it. With `--free` besides, it does not wait for that.

@main struct SharedList {
  static let size = 10

  static func main() {
    let isMended = CommandLine.arguments.contains("--mended")
    let isLate = CommandLine.arguments.contains("--late")
    let isFree = CommandLine.arguments.contains("--free")
    let list = Shared(Array(repeating: 0, count: size), name: "list")
    let lock = Lock(name: "list.lock")

    let reader = CheckedThread(name: "reader") {
      if isMended { lock.lock() }
      var seen: [Int] = []
      for index in 0..<size { seen.append(list.load()[index]) }
      if isMended { lock.unlock() }
      if isLate { lock.withLock {} }
      print("read \(seen)")
    }
    let writer = CheckedThread(name: "writer") {
      // Waits in a way that no trace shows and no analysis may rely on.
      while isLate, !isFree, reader.isAlive { usleep(1000) }
      if isLate { lock.withLock {} }
      if isMended { lock.lock() }
      for index in (0..<size).reversed() { list.modify { $0[index] = 1 } }
      if isMended { lock.unlock() }
    }
    reader.start()
    writer.start()
    reader.join()
    writer.join()
    print("left \(list.load())")
  }
}
