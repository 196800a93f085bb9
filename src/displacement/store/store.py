"""What is a store? One folder with landing, tables, ledger and publications."""

from dataclasses import dataclass
from pathlib import Path

from displacement.store.backfills import Backfills
from displacement.store.landing import Landing
from displacement.store.ledger import Ledger
from displacement.store.snapshots import Snapshots
from displacement.store.tables import Tables
from displacement.store.withheld import Withheld


@dataclass(frozen=True)
class Store:
    """A store by its folder; nothing is created before something is written."""

    folder: Path

    @property
    def landing(self) -> Landing:
        """What sources answered."""
        return Landing(self.folder)

    @property
    def tables(self) -> Tables:
        """Records and rejections per source."""
        return Tables(self.folder)

    @property
    def ledger(self) -> Ledger:
        """The run log."""
        return Ledger(self.folder)

    @property
    def backfills(self) -> Backfills:
        """Backfills, and how far each of their windows is."""
        return Backfills(self.folder)

    @property
    def snapshots(self) -> Snapshots:
        """What readers get."""
        return Snapshots(self.folder)

    @property
    def withheld(self) -> Withheld:
        """What readers do not get."""
        return Withheld(self.folder)
