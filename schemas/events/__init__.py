"""Events, in files that are named like them; those that share a shape stand together."""
