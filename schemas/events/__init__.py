"""Events, one file for those that share a shape: a dataclass and the schema of `data`."""
