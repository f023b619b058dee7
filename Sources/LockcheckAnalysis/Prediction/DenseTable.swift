/// A row for each number that was ever used, and one for the number that names nothing.
struct DenseTable<Row> {
  private var rows: [Row] = []
  private let blank: Row

  init(blank: Row) { self.blank = blank }

  subscript(number: UInt32) -> Row {
    get {
      let place = Int(number &+ 1)
      return place < rows.count ? rows[place] : blank
    }
    _modify {
      let place = Int(number &+ 1)
      while rows.count <= place { rows.append(blank) }
      yield &rows[place]
    }
  }
}
