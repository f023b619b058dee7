import Lockcheck

enum PromiseForgotten: Kernel {
  static let about = About(
    "promise-forgotten", "a future that an error path never completes",
    source: "the pattern of a promise that is dropped", ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let answer = Future<Int>(name: "answer")
    together(
      CheckedThread(name: "fetcher") {
        do { throw Failure() } catch {
          if way == .mended { try answer.complete(with: .failure(error)) }
          return
        }
      })
    _ = try? answer.result()
  }
}
