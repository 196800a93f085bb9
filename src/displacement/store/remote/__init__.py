"""How is a store kept on object storage? As git keeps a branch: a working copy, and one pointer.

A run takes what it lacks into a working copy on the local disk, does there what it does in every
local store, and pushes what became of it. What a store consists of is said by one object, its
*index*: every file by its path, with the object that holds it and its sha256. Which index holds is
said by one pointer, `published/current.json`, beside the snapshot that readers get. It is put last
and conditionally, on the very state that the run began with: so a run is committed as a whole or
not at all, and of two runs at once one wins and the other is told so.

No object that any index names is ever written a second time with other bytes, which is why a run
that loses, is killed or loses its connection damages nothing. How each file of a store gets a name
of which that holds:

- landed answers (`landing/<two>/<sha256>`) and parts of tables
  (`tables/<source>/<number>-<digest>`) are named by their content, and the objects as they are.
  Parts of two runs may have one number: the index says which of them the store consists of, a
  listing of the bucket would not.
- files of snapshots keep their paths, because readers go by them. A snapshot's id does not tell
  when it was made, so its folder is claimed by creating its manifest; a folder that another
  manifest has is left to it, and a digest is added to the name (the pointer tells the folder).
- everything that changes: notes of runs, backfills and windows (`ledger/`), of landed answers,
  what is withheld (`withheld/`), and what people decided and imported (`reference/`). Each version
  is an object of its own, `<path>~<token>`, never put again; the index moves all of them at once.
- `published/latest/`: plain copies that no index names, renewed after the pointer.
- `published/current` (a link) and what is being written (`.aside-…`, `.lock`) stay local.

Objects that an index names no more are deleted after the pointer has moved; landed answers and
parts of tables never are.
"""
