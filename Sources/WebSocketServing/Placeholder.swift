/// A place to begin.
enum Placeholder {}
