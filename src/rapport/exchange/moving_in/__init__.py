"""Moving in from another desk: who wrote there, what was said, and the texts that were answered with.

A source translates one desk's API, or its export in a file, into the frozen dataclasses of `types` (see `seam`).
`running` reads page by page and hands each to `writing`, which writes it in one transaction together with the place
where the next page begins: a killed job goes on there, and a run on a later day brings only what is new. What came is
noted as a `MovedThing`, by which nothing comes twice and `undoing` can take it back.
"""
