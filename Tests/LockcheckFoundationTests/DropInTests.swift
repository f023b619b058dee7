import DropInFoundation
import DropInLockcheck
import Testing

@Suite struct `Dropping in` {
  @Test func `one source does the same with Foundation's types and with ours`() {
    let foundations = DropInFoundation.useImageCache()
    let ours = DropInLockcheck.useImageCache()
    #expect(ours == foundations)
    #expect(ours.contains("names images statistics arrival"))
    #expect(ours.contains("try again false"))
  }
}
