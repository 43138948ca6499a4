"""The figures: each bench runs ours and a floor in turn on the same machine. `./suozi bench [name] [--json]`."""
