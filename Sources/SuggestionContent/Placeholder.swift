/// Names of what content is made of.
enum Placeholder {}
