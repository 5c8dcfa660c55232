"""
The shape of the `data` of every event, taken from the specification by `make.py`.

Names and types only. A node is a string: `string`, `date-time`, `date`, `time`, `integer`,
`number`, `boolean`, `object` (a free one), `any`; `=A|B` is one of these words, `@Name` a
shape or a union of its own, `[node]` a list, `{node}` a map under free names; a leading
`?` allows null. In a shape, a field whose name begins with `!` is required.
"""
