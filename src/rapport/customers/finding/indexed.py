"""What of customers is in the index, and what its tables are called."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Indexed:
    """A column of a table. `pairs` is its index, `waiting` has the ids of rows that are not in it yet, and `paired` is
    the copy that PostgreSQL indexes."""

    kind: str
    table: str
    column: str

    @property
    def pairs(self) -> str:
        return f"customer_{self.kind}_pairs"

    @property
    def paired(self) -> str:
        return f"customer_{self.kind}_paired"

    @property
    def waiting(self) -> str:
        return f"customer_{self.kind}_waiting"

    @property
    def names(self) -> dict[str, str]:
        named = {"index": self.pairs, "paired": self.paired, "waiting": self.waiting}
        return {"table": self.table, "column": self.column, **named}


INDEXED = (Indexed("name", "customers_customer", "name"), Indexed("address", "customers_identity", "value"))
